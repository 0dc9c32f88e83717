#!/usr/bin/env python3
"""No-op plans of octoDNS and of Terraform over as many objects as a project has people.

    python3 benches/compare.py octodns   PEOPLE FOLDER    # needs `pip install octodns` in this Python
    python3 benches/compare.py terraform PEOPLE FOLDER    # needs `terraform` in the PATH; no provider is downloaded

Both get one object per person, in files of a hundred, and nothing to do; see BENCHMARKS.md for what that compares.
"""

import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time

RUNS = 3
PER_FILE = 100


def octodns(people, folder):
    """One TXT record per person, a zone per hundred; the target holds what the source says."""
    zones = []
    for first in range(0, people, PER_FILE):
        zone = f"z{first // PER_FILE:04d}.example."
        zones.append(zone)
        lines = ["---"]
        for number in range(first, min(first + PER_FILE, people)):
            lines += [f"p{number:06d}:", "  ttl: 3600", "  type: TXT", f"  value: floor at salon-{number % 200:03d}"]
        for side in ("source", "target"):
            path = folder / side / f"{zone}yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(lines) + "\n")
    config = ["---", "providers:"]
    for side in ("source", "target"):
        config += [
            f"  {side}:",
            "    class: octodns.provider.yaml.YamlProvider",
            f"    directory: {folder / side}",
            "    default_ttl: 3600",
            "    enforce_order: true",
        ]
    config.append("zones:")
    for zone in zones:
        config += [f"  {zone}:", "    sources: [source]", "    targets: [target]"]
    (folder / "config.yaml").write_text("\n".join(config) + "\n")
    sync = pathlib.Path(sys.executable).parent / "octodns-sync"
    measure("octodns-sync", [str(sync), f"--config-file={folder / 'config.yaml'}"], folder, "No changes were planned")


def terraform(people, folder):
    """One `terraform_data` resource per person: the built-in provider, so that only the core is measured."""
    for first in range(0, people, PER_FILE):
        blocks = [
            f'resource "terraform_data" "p{number:06d}" {{\n'
            f'  input = {{ role = "floor", location = "salon-{number % 200:03d}" }}\n}}\n'
            for number in range(first, min(first + PER_FILE, people))
        ]
        (folder / f"f{first // PER_FILE:04d}.tf").write_text("\n".join(blocks))
    # `terraform apply` writes the state after each resource, which takes hours for so many: the state is made here.
    (folder / "terraform.tfstate").write_text(json.dumps(state(people)))
    subprocess.run(["terraform", "init", "-input=false"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    plan = ["terraform", "plan", "-input=false", "-no-color"]
    measure("terraform plan", plan, folder, "No changes.")
    measure("terraform plan -refresh=false", [*plan, "-refresh=false"], folder, "No changes.")


def state(people):
    """What `terraform apply` would have left."""
    kinds = ["object", {"location": "string", "role": "string"}]
    resources = []
    for number in range(people):
        said = {"value": {"location": f"salon-{number % 200:03d}", "role": "floor"}, "type": kinds}
        identity = f"00000000-0000-4000-8000-{number:012d}"
        resources.append({
            "mode": "managed",
            "type": "terraform_data",
            "name": f"p{number:06d}",
            "provider": 'provider["terraform.io/builtin/terraform"]',
            "instances": [{
                "schema_version": 0,
                "attributes": {"id": identity, "input": said, "output": said, "triggers_replace": None},
                "sensitive_attributes": [],
            }],
        })
    lineage = "00000000-0000-4000-8000-000000000000"
    return {"version": 4, "terraform_version": "1.0.0", "serial": 1, "lineage": lineage, "outputs": {}, "resources": resources}


def measure(name, command, folder, proof):
    """Prints wall time (median), processor time (mean) and the largest memory of some runs that change nothing."""
    walls = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(RUNS):
        start = time.monotonic()
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        walls.append(time.monotonic() - start)
        said = run.stdout + run.stderr
        if run.returncode != 0 or proof not in said:
            sys.exit(f"{name} did not end with `{proof}`:\n{said}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / RUNS
    print(f"{name}: {statistics.median(walls):.2f} s, {cpu:.2f} s of processor, {after.ru_maxrss / 1024:.0f} MB")


def main():
    which, people, folder = sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("CHECKPOINT_DISABLE", "1")
    {"octodns": octodns, "terraform": terraform}[which](people, folder)


if __name__ == "__main__":
    main()
