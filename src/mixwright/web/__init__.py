"""What browsers are given: so far the chain as WebAssembly (chain.wasm, by `make wasm`) and its AudioWorklet."""
