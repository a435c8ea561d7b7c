//! `mapped cat`, compared with GNU cat, head, tail and sed in thousands of generated cases.

use std::path::PathBuf;

use crate::law::Law;
use crate::util::{Dir, Ran, awkward_inputs, cases, mapped, oracle, run_piped};

/// A multiplicative generator, whose top bits are the same random numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }
}

/// Returns bytes that often contain text that `cat` treats specially.
fn text(dice: &mut Dice) -> Vec<u8> {
    let pieces: [&[u8]; 12] =
        [b"\n", b"\n", b"\n\n\n", b"word", b"\t", b"\r", b"\r\n", b"\x1b[1m", b"\x7f", b"\xc3\xa9", b"\xff\x80", b"\0"];
    let count = dice.below(40);
    (0..count).flat_map(|_| dice.pick(&pieces).to_vec()).collect()
}

fn lines(dice: &mut Dice) -> Vec<u8> {
    let count = dice.below(60);
    let mut bytes: Vec<u8> = (0..count)
        .map(|number| match dice.below(4) {
            0 => "\n".to_owned(),
            _ => format!("{number} {}\n", "x".repeat(dice.below(30) as usize)),
        })
        .flat_map(String::into_bytes)
        .collect();
    if dice.below(3) == 0 {
        bytes.pop();
    }
    bytes
}

#[test]
fn display_options_are_those_of_gnu_cat() {
    let mut dice = Dice(1);
    let dir = Dir::new();
    for case in 0..cases(2_000) {
        let mut options: Vec<String> = Vec::new();
        for _ in 0..dice.below(4) {
            let spellings = [
                "-A",
                "-b",
                "-e",
                "-E",
                "-n",
                "-s",
                "-t",
                "-T",
                "-u",
                "-v",
                "-nb",
                "-sE",
                "-vt",
                "--show-all",
                "--number",
                "--number-nonblank",
                "--show-ends",
                "--squeeze-blank",
                "--show-tabs",
                "--show-nonprinting",
                "--squeeze",
                "--show-e",
            ];
            options.push(dice.pick(&spellings).to_owned());
        }
        let count = dice.below(3) + 1;
        let files: Vec<PathBuf> = (0..count).map(|at| dir.file(format!("{at}"), &text(&mut dice))).collect();
        let stdin = text(&mut dice);
        let mut args = options.clone();
        args.extend(files.iter().map(|file| file.display().to_string()));
        if dice.below(4) == 0 {
            args.insert(dice.below(args.len() as u64 + 1) as usize, "-".to_owned());
        }
        let Some(theirs) = oracle("cat", &args, &stdin) else { return };
        let mut command = mapped();
        command.arg("cat").args(&args);
        if dice.below(2) == 0 {
            command.args(["--block-size", &(dice.below(20) + 1).to_string()]);
        }
        command.args(["--io", dice.pick(&["auto", "read"])]).args(["--threads", dice.pick(&["1", "2", "7"])]);
        let ours = run_piped(&mut command, &stdin);
        assert_eq!(
            ours.stdout.escape_ascii().to_string(),
            theirs.stdout.escape_ascii().to_string(),
            "{case}: {args:?}"
        );
        assert_eq!((ours.code, ours.stderr.as_str()), (0, ""), "{case}: {args:?}");
    }
}

#[test]
fn display_options_do_not_depend_on_how_input_is_read() {
    for (name, input) in awkward_inputs() {
        eprintln!("{name}");
        for options in [&["-A"][..], &["-n"], &["-sb"], &["-snE"], &["-vT"], &["-s"], &["-E"]] {
            let Some(theirs) = oracle("cat", options, &input) else { return };
            Law::new(&[&["cat"], options].concat(), &input).quick().holds(&theirs.stdout, 0);
        }
    }
}

/// Returns a range for `--lines` or `--bytes`, and the pipeline of head and tail that prints the
/// same.
fn range(dice: &mut Dice) -> (String, String) {
    let (a, b) = (dice.below(70) + 1, dice.below(70) + 1);
    let (a, b) = (a.min(b), a.max(b));
    let count = dice.below(30);
    match dice.below(9) {
        0 => (format!("{a}:{b}"), format!("head -UNIT {b} | tail -UNIT +{a}")),
        1 => (format!(":{b}"), format!("head -UNIT {b}")),
        2 => (format!("{a}:"), format!("tail -UNIT +{a}")),
        3 => (format!("-{a}:"), format!("tail -UNIT {a}")),
        // A `tail` at the start of the pipeline counts from the end of the whole input, so the end
        // is cut off first.
        4 => (format!("-{b}:-{a}"), format!("head -UNIT -{} | tail -UNIT {}", a - 1, b - a + 1)),
        5 => (format!("{a}:+{count}"), format!("tail -UNIT +{a} | head -UNIT {count}")),
        6 => (format!("-{a}:+{count}"), format!("tail -UNIT {a} | head -UNIT {count}")),
        7 => (format!("{a}:-{b}"), format!("tail -UNIT +{a} | head -UNIT -{}", b - 1)),
        _ => (format!("{a}"), format!("tail -UNIT +{a} | head -UNIT 1")),
    }
}

/// Runs `mapped` on a file and through a pipe, which must print the same.
fn run_file_and_pipe(dice: &mut Dice, dir: &Dir, args: &[&str], input: &[u8]) -> Ran {
    let path = dir.file("input", input);
    let block = (dice.below(20) + 1).to_string();
    let threads = dice.pick(&["1", "2", "7"]);
    let io = dice.pick(&["auto", "mmap", "read"]);
    let from_file: Ran = mapped()
        .args(args)
        .args(["--io", io, "--block-size", &block, "--threads", threads])
        .arg(path)
        .output()
        .expect("mapped runs")
        .into();
    let piped = run_piped(mapped().args(args).args(["--block-size", &block]), input);
    assert_eq!(from_file, piped, "{args:?}, block {block}, {threads} threads, {io}");
    piped
}

#[test]
fn ranges_are_those_of_head_and_tail() {
    let mut dice = Dice(2);
    let dir = Dir::new();
    for case in 0..cases(1_500) {
        let input = lines(&mut dice);
        let (ours, theirs) = range(&mut dice);
        let (option, unit) = dice.pick(&[("--lines", "n"), ("--bytes", "c")]);
        // With fewer than 200 lines, "-200:-100" begins at the first line, and its end is
        // unchanged.
        let units = if unit == "n" { input.split_inclusive(|&byte| byte == b'\n').count() } else { input.len() };
        let begins_before = ours.split_once(":-").is_some_and(|(start, _)| {
            start.strip_prefix('-').is_some_and(|start| start.parse::<usize>().is_ok_and(|start| start > units))
        });
        let theirs = if begins_before { theirs.split('|').next().unwrap_or_default().to_owned() } else { theirs };
        let script = theirs.replace("UNIT", unit);
        let Some(theirs) = oracle("sh", &["-c", &script], &input) else { return };
        let got = run_file_and_pipe(&mut dice, &dir, &["cat", option, &ours], &input);
        assert_eq!(
            got.stdout.escape_ascii().to_string(),
            theirs.stdout.escape_ascii().to_string(),
            "{case}: {option} {ours} against {script} on {}",
            input.escape_ascii()
        );
        assert_eq!((got.code, got.stderr.as_str()), (0, ""));
    }
}

#[test]
fn several_ranges_with_display_options_are_those_of_cat_and_sed() {
    let mut dice = Dice(3);
    let dir = Dir::new();
    for case in 0..cases(500) {
        let input = lines(&mut dice);
        let mut args = vec!["cat".to_owned()];
        let mut script = String::new();
        let mut all = Vec::new();
        for _ in 0..=dice.below(3) {
            let (a, b) = (dice.below(60) + 1, dice.below(60) + 1);
            let (a, b) = (a.min(b), a.max(b));
            args.extend(["--lines".to_owned(), format!("{a}:{b}")]);
            // Each line is printed once, however many ranges contain it.
            all.extend(a..=b);
        }
        all.sort_unstable();
        all.dedup();
        for line in all {
            script.push_str(&format!("{line}p;"));
        }
        let display = dice.pick(&["-n", "-b", "-A", "-nE", "-T"]);
        let command = format!("cat {display} | sed -n '{script}'");
        args.push(display.to_owned());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let Some(theirs) = oracle("sh", &["-c", &command], &input) else { return };
        let got = run_file_and_pipe(&mut dice, &dir, &args, &input);
        assert_eq!(got.stdout.escape_ascii().to_string(), theirs.stdout.escape_ascii().to_string(), "{case}: {args:?}");
    }
}

#[test]
fn ranges_do_not_depend_on_how_input_is_read() {
    for (name, input) in awkward_inputs() {
        eprintln!("{name}");
        for (range, script) in [
            ("2:3", "sed -n '2,3p'"),
            ("-2:", "tail -n 2"),
            (":-2", "head -n -1"),
            ("-300:+2", "tail -n 300 | head -n 2"),
        ] {
            let Some(theirs) = oracle("sh", &["-c", script], &input) else { return };
            Law::new(&["cat", "--lines", range], &input).quick().holds(&theirs.stdout, 0);
        }
        let Some(theirs) = oracle("sh", &["-c", "tail -c +3 | head -c 7"], &input) else { return };
        Law::new(&["cat", "--bytes", "3:+7"], &input).quick().holds(&theirs.stdout, 0);
    }
}
