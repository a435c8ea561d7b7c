//! Passes extreme numbers to every option that takes a value, in every subcommand.
//!
//! The result must be output, one clear line, or a usage error. The program must not panic, abort,
//! allocate the amount that was typed, or run forever.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::CommandFactory;

use crate::util::{Dir, sample};

const VALUES: [&str; 12] = [
    "0",
    "-1",
    "1",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "8E",
    "99999999999999999999999999",
    "",
];

/// Returns what was wrong with a run, if anything.
fn fault(dir: &Dir, args: &[String]) -> Option<String> {
    // A program that allocates the amount that was typed fails under this limit.
    let mut child = Command::new("prlimit")
        .args(["--as=6442450944", "--"])
        .arg(crate::util::program())
        .args(args)
        .env("LC_ALL", "C")
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let deadline = Instant::now() + Duration::from_secs(60);
    std::thread::scope(|scope| {
        // A digest of 16 EiB is written for as long as it is read, so the reader stops early.
        scope.spawn(|| stdout.take(1 << 20).read_to_end(&mut Vec::new()));
        let message = scope.spawn(|| {
            let mut message = Vec::new();
            stderr.take(1 << 20).read_to_end(&mut message).map(|_| String::from_utf8_lossy(&message).into_owned())
        });
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > deadline {
                child.kill().unwrap();
                child.wait().unwrap();
                return Some("did not end".to_owned());
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let message = message.join().unwrap().unwrap();
        match status.code() {
            None => Some(format!("died of signal {}", status.signal().unwrap_or(0))),
            Some(code) if !matches!(code, 0..=3 | 141) => Some(format!("exit code {code}: {message}")),
            _ if message.contains("panicked") => Some(message),
            _ if message.lines().count() > 3 => Some(format!("too much to read: {message}")),
            _ => None,
        }
    })
}

#[test]
fn no_number_is_too_much() {
    let dir = Dir::new();
    let lines: String = (0..9000).map(|line| format!("{line}\n")).collect();
    dir.file("f", lines.as_bytes());
    let mut cli = mapped::cli::Cli::command();
    cli.build();
    let mut cases = Vec::new();
    for command in cli.get_subcommands().filter(|command| command.get_name() != "help") {
        let options = command.get_opts().filter(|option| mapped::cli::getopt::has_value(option));
        for option in options.filter_map(|option| option.get_long()) {
            for value in VALUES {
                let mut args = vec![command.get_name().to_owned(), format!("--{option}={value}")];
                match command.get_name() {
                    "grep" if !matches!(option, "regexp" | "file") => args.push("1".to_owned()),
                    "bench" => args.extend(["--runs=1", "--warmup=0"].map(str::to_owned)),
                    _ => {}
                }
                args.push("f".to_owned());
                cases.push(args);
            }
        }
    }
    let tried = cases.len();
    assert!(tried > 1000, "{tried}");
    let faults: Vec<String> = sample(cases)
        .filter_map(|args| fault(&dir, &args).map(|fault| format!("{}: {fault}", args.join(" "))))
        .collect();
    assert!(faults.is_empty(), "{} of {tried}: {faults:#?}", faults.len());
}
