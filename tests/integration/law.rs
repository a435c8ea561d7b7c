//! The one law: the output never depends on how the input was read.
//!
//! [`Law`] runs one command line in every way (mapped, read, on redirected standard input and
//! through a pipe), with 1, 2 and 7 threads, and in blocks from one byte up. It compares each run
//! with an oracle. With the program's own block size, it also runs the command line with the
//! default options on a named file, and with a file as output. Every subcommand's tests use it.
//!
//! If `MAPPED_EMULATED` is set, starting the program takes tenths of a second. The first laws of a
//! test then run every way once, with a block size and a number of threads that differ from law to
//! law. Each later law runs only one way, which also differs, and from the 25th on only one law in
//! three runs at all.

use std::cell::Cell;
use std::fs::File;
use std::process::{Command, Stdio};

use crate::util::{Dir, Ran, awkward_inputs, is_emulated, mapped, run_piped};

const THREADS: [&str; 3] = ["1", "2", "7"];
const BLOCKS: [Option<&str>; 10] = [
    None,
    Some("1"),
    Some("2"),
    Some("3"),
    Some("15"),
    Some("16"),
    Some("17"),
    Some("4095"),
    Some("4096"),
    Some("4097"),
];

/// The number of laws per test that are checked in every way on an emulated processor.
const LAWS_IN_EVERY_WAY: usize = 4;

/// The number of laws per test after which only one in three is checked on an emulated processor.
/// Three has no factor in common with the numbers of ways and of block sizes.
const LAWS_WITHOUT_A_GAP: usize = 24;

thread_local! {
    /// The number of laws that this test has checked.
    static LAWS: Cell<usize> = const { Cell::new(0) };
}

/// The sample of a law's runs on an emulated processor.
#[derive(Clone, Copy)]
struct Sampled {
    /// A number that differs from law to law, and between the first laws of tests.
    law: usize,
    /// Whether only one way is run.
    is_one_way: bool,
    /// Whether no way is run.
    is_left_out: bool,
}

impl Sampled {
    fn next() -> Option<Sampled> {
        if !is_emulated() {
            return None;
        }
        let checked = LAWS.replace(LAWS.get() + 1);
        let test = std::thread::current();
        let name: usize = test.name().unwrap_or_default().bytes().map(usize::from).sum();
        Some(Sampled {
            law: name + checked,
            is_one_way: checked >= LAWS_IN_EVERY_WAY,
            is_left_out: checked >= LAWS_WITHOUT_A_GAP && !checked.is_multiple_of(3),
        })
    }

    /// Returns whether the way in this column is run with the block size of this row and this
    /// number of threads. Ways from the fifth on are run in the program's own block size only.
    fn is_chosen(self, column: usize, row: usize, threads: usize, blocks: usize) -> bool {
        if self.is_left_out {
            return false;
        }
        let row_of_it = if column < 4 { (self.law + column) % blocks } else { 0 };
        let threads_of_it = (self.law / blocks + column) % THREADS.len();
        (row, threads) == (row_of_it, threads_of_it) && (!self.is_one_way || self.law % 7 % 6 == column)
    }
}

/// A command line and its input, which must produce the same output however the input is read.
pub struct Law {
    args: Vec<String>,
    input: Vec<u8>,
    blocks: Vec<Option<&'static str>>,
    is_quick: bool,
    program: fn() -> Command,
}

impl Law {
    /// Creates a law for `args`, which begin with the subcommand and name no file.
    pub fn new(args: &[&str], input: &[u8]) -> Law {
        let args = args.iter().map(ToString::to_string).collect();
        Law { args, input: input.to_vec(), blocks: BLOCKS.to_vec(), is_quick: false, program: mapped }
    }

    /// Runs another build of the program.
    pub fn run_by(mut self, program: fn() -> Command) -> Law {
        self.program = program;
        self
    }

    /// Omits some block sizes, and combines each of the others and each way with a single number of
    /// threads, for a case among very many. Every number still meets every block size and way.
    pub fn quick(mut self) -> Law {
        self.is_quick = true;
        self.blocks = vec![None, Some("1"), Some("17"), Some("4096")];
        self
    }

    /// Uses only the block sizes that the program chooses.
    pub fn in_its_own_blocks(mut self) -> Law {
        self.blocks = vec![None];
        self
    }

    /// Checks every way of running against `stdout` and `code`.
    #[track_caller]
    pub fn holds(&self, stdout: &[u8], code: i32) {
        let dir = Dir::new();
        let path = dir.file("input", &self.input);
        let sample = Sampled::next();
        for (number, threads) in THREADS.into_iter().enumerate() {
            for (row, block) in self.blocks.iter().enumerate() {
                let by_default: &[&str] = if block.is_none() { &["default", "to a file"] } else { &[] };
                let modes = ["mmap", "read", "redirected", "pipe"].iter().chain(by_default).enumerate();
                let is_chosen = |column: usize| match sample {
                    Some(sample) => sample.is_chosen(column, row, number, self.blocks.len()),
                    None => !self.is_quick || (row + column) % THREADS.len() == number,
                };
                for (_, &mode) in modes.filter(|(column, _)| is_chosen(*column)) {
                    let ran = self.run(mode, threads, *block, &path);
                    let what =
                        format!("{:?} {mode}, {threads} threads, block {block:?}, exit code {}", self.args, ran.code);
                    assert_eq!(
                        String::from_utf8_lossy(&ran.stdout),
                        String::from_utf8_lossy(stdout),
                        "{what}; stderr: {}",
                        ran.stderr
                    );
                    assert_eq!(ran.stdout, stdout, "{what}");
                    assert_eq!(ran.code, code, "{what}; stderr: {}", ran.stderr);
                }
            }
        }
    }

    fn run(&self, mode: &str, threads: &str, block: Option<&str>, path: &std::path::Path) -> Ran {
        let mut command = (self.program)();
        command.args(&self.args).args(["--threads", threads]);
        if let Some(block) = block {
            command.args(["--block-size", block]);
        }
        match mode {
            "mmap" | "read" => command.args(["--io", mode]).arg("--").arg(path).output().unwrap().into(),
            "default" => command.arg("--").arg(path).output().unwrap().into(),
            "to a file" => {
                let printed = path.with_extension("printed");
                let output = command.arg("--").arg(path).stdout(File::create(&printed).unwrap()).output().unwrap();
                Ran { stdout: std::fs::read(&printed).unwrap(), ..output.into() }
            }
            "redirected" => command.stdin(Stdio::from(File::open(path).unwrap())).output().unwrap().into(),
            _ => run_piped(&mut command, &self.input),
        }
    }
}

#[test]
fn cat_is_its_input() {
    for (name, input) in awkward_inputs() {
        eprintln!("{name}");
        Law::new(&["cat"], &input).holds(&input, 0);
    }
}

#[test]
fn ranges_are_slices() {
    let input: Vec<u8> = (0..10_000u32).flat_map(|i| format!("{i}\n").into_bytes()).collect();
    let len = input.len();
    let cases: [(&[&str], std::ops::Range<usize>); 8] = [
        (&["--offset", "0"], 0..len),
        (&["--offset", "5000"], 5000..len),
        (&["--offset", "4K", "--length", "1"], 4096..4097),
        (&["--length", "8193"], 0..8193),
        (&["--offset", "-100"], len - 100..len),
        (&["--offset", "-100", "--length", "7"], len - 100..len - 93),
        (&["--offset", "1M"], len..len),
        (&["--offset", "-1M", "--length", "0"], 0..0),
    ];
    for (options, range) in cases {
        let args = [&["cat"], options].concat();
        Law::new(&args, &input).quick().holds(&input[range], 0);
    }
}
