"""What browsers are given: so far the chain as WebAssembly, chain.wasm, which `make wasm` builds."""
