"""How often the gate errs by chance, and what it finds: two networks on made cases whose true difference is known.

python -m bench.gate
"""

from __future__ import annotations

from tests.loop.made_lines import made

from mixwright.loop.rules import judge_benchmark

RUNS = 200
SPREAD = (
    0.2  # of the share of the error that is removed, case by case: about what two trainings of one recipe differ by
)


def main() -> None:
    print(f"Of {RUNS} runs each, three damaged cases a song in two tasks; spread of a case {SPREAD:g}.")
    print("| songs | true difference | better is found | something is called worse | every rule passed |")
    print("|---:|---:|---:|---:|---:|")
    for songs in (6, 12, 48):
        for difference in (0.0, 0.05, 0.1, -0.05):
            better = worse = passed = 0
            for seed in range(RUNS):
                old, new = (made(songs, seed=seed, own=k, spread=SPREAD, removed=0.2 + k * difference) for k in (0, 1))
                found = {rule.name: rule.passed for rule in judge_benchmark(old, new)}
                better += found["better"] is True
                worse += found["no_criterion_worse"] is False
                passed += all(found.values())
            shares = " | ".join(f"{100 * n / RUNS:.1f} %" for n in (better, worse, passed))
            print(f"| {songs} | {100 * difference:+.0f} points | {shares} |".replace("-", "−"), flush=True)


if __name__ == "__main__":
    main()
