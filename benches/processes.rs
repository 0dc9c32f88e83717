//! `keyholder check` as its user meets it: a process, from start to exit, with the most memory it ever held.
//!
//! Memory is read from `/proc`, as the kernel counts it (`VmHWM`); elsewhere the column stays empty. It is asked for
//! every millisecond, so what was allocated in the very last one may be missing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::generate::{self, Size};

/// People, how often it is run, and the target, if design says one.
const ROWS: [(usize, usize, &str); 4] = [
    (10, 50, "20 ms"),
    (1_000, 20, ""),
    (10_000, 10, "300 ms"),
    (100_000, 5, "1500 ms, 400 MB"),
];

/// Prints a Markdown table of medians.
pub(crate) fn table() {
    println!("| people | files | locations | `check`, median | fastest | peak memory | target |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for (people, runs, target) in ROWS {
        let size = Size::of(people);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("people-{people}"));
        generate::write(&folder, size).expect("target/ can be written");
        // Once to warm the file cache, as a second look at one's own project finds it.
        let peak = peak_memory(&folder);
        let mut times: Vec<Duration> = (0..runs).map(|_| time(&folder)).collect();
        times.sort();
        println!(
            "| {people} | {} | {} | {} | {} | {} | {target} |",
            size.files,
            size.locations,
            milliseconds(times[runs / 2]),
            milliseconds(times[0]),
            peak.map_or_else(String::new, |kib| format!("{:.0} MB", kib as f64 / 1024.0)),
        );
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn check(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyholder"));
    command
        .arg("check")
        .arg("--project")
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measure needs the machine's clock"
)]
fn time(folder: &Path) -> Duration {
    let start = Instant::now();
    let status = check(folder).status().expect("the built binary runs");
    let time = start.elapsed();
    assert!(status.success(), "a generated project is good");
    time
}

/// The most memory one run held, in KiB.
fn peak_memory(folder: &Path) -> Option<u64> {
    let mut child = check(folder).spawn().expect("the built binary runs");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().expect("our own child").is_none() {
        let held = std::fs::read_to_string(&status).ok().and_then(|text| {
            let line = text
                .lines()
                .find_map(|line| line.strip_prefix("VmHWM:"))?
                .trim();
            line.strip_suffix(" kB")?.trim().parse().ok()
        });
        peak = peak.max(held);
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}
