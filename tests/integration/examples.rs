//! Runs the examples of `--help` and the man pages unchanged, each in a fresh directory.

use std::process::{Command, Stdio};
use std::time::SystemTime;

use mapped::cli::pages::examples::EXAMPLES;

use crate::util::{Dir, skip};

/// Creates the examples' files: logs of today up to now, rotated and compressed; images; a tree.
const SETUP: &str = r#"
    now=$(date '+%Y-%m-%dT%H:%M:%S'); day=$(date +%F)
    for second in $(seq 10 59); do
        echo "${day}T09:10:$second INFO request code=$((second % 3))"
        echo "${day}T09:12:$second ERROR db timeout code=5"
    done | sort > app.log
    echo "$now ERROR db refused code=7" >> app.log
    for n in $(seq 1100); do echo "$now INFO done $n"; done >> app.log
    echo "${day}T08:00:00 ERROR earlier" > app.log.1
    echo "${day}T07:00:00 ERROR first" | gzip > app.log.2.gz
    { printf '\177ELF\377\330\377\340'; head -c 100000 /dev/urandom; } > disk.img
    : > empty
    mkdir -p src/sub; echo '// TODO: more' > src/main.rs; echo 'fn one() {}' > src/sub/one.rs
"#;

#[test]
fn every_example_works() {
    if Command::new("gzip").arg("--version").output().is_err() {
        return skip("gzip");
    }
    let program = assert_cmd::cargo::cargo_bin!("mapped").parent().unwrap().to_owned();
    // Regression: the test failed between midnight and 09:12. The log's current lines follow those
    // of 09:12 of the same day, so the current time must be later.
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let zone = if seconds / 3600 % 24 < 10 { "<+12>-12" } else { "UTC" };
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    for (subcommand, examples) in EXAMPLES {
        assert!((4..=8).contains(&examples.len()), "{subcommand}");
        let dir = Dir::new();
        let shell = |line: &str| {
            let mut bash = Command::new("bash");
            bash.args(["-c", line]).current_dir(dir.path()).stdin(Stdio::null());
            bash.env("PATH", &path).env("LC_ALL", "C.UTF-8").env("TZ", zone).output().unwrap()
        };
        shell(SETUP);
        // checksum --audit and -c read the output of the example before them.
        for example in examples {
            // An example that follows a file forever gets two seconds.
            let follows = example.line.contains("-F ") || example.line.contains("--follow");
            let line = if follows { format!("timeout 2 {}", example.line) } else { example.line.to_owned() };
            let ran = shell(&line);
            let codes: &[i32] = if follows { &[124, 143] } else { &[0] };
            let stderr = String::from_utf8_lossy(&ran.stderr);
            assert!(codes.contains(&ran.status.code().unwrap()), "{}: {:?} {stderr}", example.line, ran.status);
            assert_eq!(stderr, "", "{}", example.line);
            let is_quiet = example.line.contains('>') || example.line.contains("--quiet");
            assert!(is_quiet || !ran.stdout.is_empty(), "{} prints nothing", example.line);
        }
    }
}
