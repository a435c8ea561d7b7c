//! `mapped hexdump`: literal screens, the law for every format, comparison with the real hexdump
//! and xxd, and the reverse direction.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

use crate::law::Law;
use crate::util::{Dir, Ran, awkward_inputs, cases, mapped, oracle, run, run_piped};

#[track_caller]
fn screen(args: &[&str], input: &[u8], expected: &str) {
    let ran = run_piped(mapped().arg("hexdump").args(args), input);
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected, "{args:?}; stderr: {}", ran.stderr);
    assert_eq!(ran.code, 0, "{args:?}");
}

const SAMPLE: &[u8] = b"mapped\0\t\xc3\xa9\n~\x7f 0123456789";

#[test]
fn canonical_screen() {
    screen(
        &[],
        SAMPLE,
        "\
00000000  6d 61 70 70 65 64 00 09  c3 a9 0a 7e 7f 20 30 31  |mapped.....~. 01|
00000010  32 33 34 35 36 37 38 39                           |23456789|
00000018
",
    );
}

#[test]
fn canonical_in_other_widths_and_groups() {
    screen(
        &["-w", "12", "-g", "4", "-u", "--base", "0x1000"],
        SAMPLE,
        "\
00001000  6D617070 65640009  C3A90A7E  |mapped.....~|
0000100c  7F203031 32333435  36373839  |. 0123456789|
00001018
",
    );
    screen(
        &["-e", "--address-radix", "decimal"],
        SAMPLE,
        "\
00000000  7070616d 09006465  7e0aa9c3 3130207f  |mapped.....~. 01|
00000016  35343332 39383736                     |23456789|
00000024
",
    );
}

#[test]
fn displays_add_up_in_the_order_given() {
    screen(
        &["-c", "-C", "-x"],
        SAMPLE,
        "\
0000000   m   a   p   p   e   d  \\0  \\t 303 251  \\n   ~ 177       0   1
00000000  6d 61 70 70 65 64 00 09  c3 a9 0a 7e 7f 20 30 31  |mapped.....~. 01|
0000000    616d    7070    6465    0900    a9c3    7e0a    207f    3130
0000010   2   3   4   5   6   7   8   9                                
00000010  32 33 34 35 36 37 38 39                           |23456789|
0000010    3332    3534    3736    3938                                
0000018
",
    );
}

#[test]
fn panels_screen() {
    screen(
        &["--border", "unicode"],
        SAMPLE,
        "\
┌────────┬─────────────────────────┬─────────────────────────┬────────┬────────┐
│00000000│ 6d 61 70 70 65 64 00 09 ┊ c3 a9 0a 7e 7f 20 30 31 │mapped⋄_┊××_~• 01│
│00000010│ 32 33 34 35 36 37 38 39 ┊                         │23456789┊        │
└────────┴─────────────────────────┴─────────────────────────┴────────┴────────┘
",
    );
    screen(
        &["--panels", "1", "--border", "ascii", "-g", "2", "--endian", "little", "--character-table", "braille"],
        SAMPLE,
        "\
+--------+---------------------+--------+
|00000000| 616d 7070 6465 0900 |mapped⋄→|
|00000008| a9c3 7e0a 207f 3130 |⣉⢱↵~⡿ 01|
|00000010| 3332 3534 3736 3938 |23456789|
+--------+---------------------+--------+
",
    );
    screen(
        &["-f", "panels"],
        &[0; 40],
        "\
┌────────┬─────────────────────────┬─────────────────────────┬────────┬────────┐
│00000000│ 00 00 00 00 00 00 00 00 ┊ 00 00 00 00 00 00 00 00 │⋄⋄⋄⋄⋄⋄⋄⋄┊⋄⋄⋄⋄⋄⋄⋄⋄│
│*       │                         ┊                         │        ┊        │
│00000020│ 00 00 00 00 00 00 00 00 ┊                         │⋄⋄⋄⋄⋄⋄⋄⋄┊        │
└────────┴─────────────────────────┴─────────────────────────┴────────┴────────┘
",
    );
}

#[test]
fn a_pipe_gets_no_colour_unless_requested() {
    screen(&[], b"a", "00000000  61                                                |a|\n00000001\n");
    let coloured = "\x1b[2m00000000\x1b[0m  \x1b[36m61 62 \x1b[1;34m80\x1b[0m                                          \
        |\x1b[36mab\x1b[1;34m.\x1b[0m|\n\x1b[2m00000003\x1b[0m\n";
    screen(&["--color=always"], b"ab\x80", coloured);
    let ran = run_piped(
        mapped().args(["hexdump", "--color=always"]).env("MAPPED_HEXDUMP_COLORS", "printable=32:address=90"),
        b"ab\x80",
    );
    let themed = coloured.replace("\x1b[2m", "\x1b[90m").replace("\x1b[36m", "\x1b[32m");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), themed);
}

#[test]
fn colour_can_be_taken_off_again() {
    let input: Vec<u8> = (0..=255).chain([0; 70]).collect();
    for format in [&["-C"][..], &["-b"], &["-x"], &["-c", "-d"], &["-f", "xxd"], &["-f", "binary"], &["-f", "panels"]] {
        let plain = run_piped(mapped().arg("hexdump").args(format), &input).stdout;
        let coloured = run_piped(mapped().args(["hexdump", "--color=always"]).args(format), &input).stdout;
        assert_ne!(coloured, plain, "{format:?}");
        let text = String::from_utf8(coloured).unwrap();
        let bare: String = text
            .split("\x1b[")
            .enumerate()
            .map(|(i, s)| if i == 0 { s } else { s.split_once('m').unwrap().1 })
            .collect();
        assert_eq!(bare, String::from_utf8(plain).unwrap(), "{format:?}");
    }
}

#[test]
fn several_files_are_one_stream() {
    let dir = Dir::new();
    let files: Vec<OsString> = ["seven b", "", "yte", "s and then some more"]
        .iter()
        .enumerate()
        .map(|(i, text)| dir.file(format!("{i}"), text.as_bytes()).into_os_string())
        .collect();
    let missing = dir.path().join("missing").into_os_string();
    let args = |files: &[OsString]| [vec!["hexdump".into(), "-s".into(), "3".into()], files.to_vec()].concat();
    let expected = "\
00000003  65 6e 20 62 79 74 65 73  20 61 6e 64 20 74 68 65  |en bytes and the|
00000013  6e 20 73 6f 6d 65 20 6d  6f 72 65                 |n some more|
0000001e
";
    let ran = run(&args(&files));
    assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code), (expected, 0));
    // A missing file is reported, and the others form one stream, regardless of its position.
    for at in 0..=files.len() {
        let mut files = files.clone();
        files.insert(at, missing.clone());
        let ran = run(&args(&files));
        assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code), (expected, 1));
        assert!(ran.stderr.contains("missing: No such file or directory"), "{}", ran.stderr);
    }
}

#[test]
fn options_without_a_meaning_are_refused() {
    for args in [
        &["-b", "-w", "8"][..],
        &["-d", "-u"],
        &["-x", "-g", "4"],
        &["-f", "octal", "-e"],
        &["-f", "binary", "-e"],
        &["-g", "3"],
        &["-w", "257"],
        &["-f", "xxd", "-e", "-g", "3"],
        &["-f", "panels", "-w", "12"],
        &["-f", "xxd", "--border", "none"],
        &["--panels", "0"],
        &["--name", "x"],
        &["-p", "--character-table", "ascii"],
        &["--character-table", "braille"],
        &["-r", "-f", "octal"],
        &["-r", "-f", "xxd", "-e"],
        &["-C", "-f", "xxd"],
        &["--context", "3"],
    ] {
        let ran = run_piped(mapped().arg("hexdump").args(args), b"input");
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{args:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty(), "{args:?}");
    }
}

/// Every format, with the tool and the arguments that produce the same output.
const FORMATS: [(&[&str], &str, &[&str]); 13] = [
    (&[], "hexdump", &["-C"]),
    (&["-v"], "hexdump", &["-C", "-v"]),
    (&["-b"], "hexdump", &["-b"]),
    (&["-c"], "hexdump", &["-c"]),
    (&["-f", "decimal"], "hexdump", &["-d"]),
    (&["-f", "octal"], "hexdump", &["-o"]),
    (&["-x"], "hexdump", &["-x"]),
    (&["-f", "hex"], "hexdump", &[]),
    (&["-f", "xxd"], "xxd", &[]),
    (&["-f", "xxd", "-a", "-e"], "xxd", &["-a", "-e"]),
    (&["-p"], "xxd", &["-p"]),
    (&["-f", "binary"], "xxd", &["-b"]),
    (&["-i", "--name", "array"], "xxd", &["-i", "-n", "array"]),
];

#[test]
fn the_law_holds_for_every_format() {
    let squeezable = [&[0; 50][..], b"0123456789abcdef0123456789abcdef0123456789abcdef!", &[0; 64], &[7; 5]].concat();
    for (args, tool, peer) in FORMATS {
        let inputs = awkward_inputs().into_iter().map(|(_, input)| input).filter(|input| input.len() < 1000);
        for input in inputs.chain([squeezable.clone()]) {
            let Some(expected) = oracle(tool, peer, &input) else { return };
            Law::new(&[&["hexdump"], args].concat(), &input).quick().holds(&expected.stdout, 0);
        }
    }
    let panels = ["hexdump", "-f", "panels", "--panels", "3"];
    let expected = run_piped(mapped().args(panels), &squeezable).stdout;
    Law::new(&panels, &squeezable).holds(&expected, 0);
}

/// A small generator with a fixed seed, so that failures are reproducible.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Returns bytes with runs of zeros, repeated rows, text and noise.
    fn input(&mut self) -> Vec<u8> {
        let mut input = vec![];
        for _ in 0..self.below(7) {
            let len = self.pick(&[0, 1, 3, 7, 15, 16, 17, 31, 32, 33, 48, 64, 100, 200]);
            match self.below(5) {
                0 => input.extend(vec![0; len]),
                1 => input.extend(vec![self.below(256) as u8; len]),
                2 => input.extend((0..len).map(|_| self.below(256) as u8)),
                3 => input.extend((0..len).map(|_| self.pick(b"abc \n\tXYZ~\x7f\x80"))),
                _ => {
                    let row: Vec<u8> = (0..self.pick(&[1, 2, 4, 8, 16])).map(|_| self.below(256) as u8).collect();
                    input.extend(row.repeat(len / 4));
                }
            }
        }
        input
    }

    /// Selects options that must not change the result.
    fn neutral_options(&mut self) -> &'static [&'static str] {
        self.pick(&[
            &[][..],
            &["--io", "read"],
            &["--threads", "1"],
            &["--block-size", "1"],
            &["--block-size", "7"],
            &["--block-size", "64", "--threads", "3"],
        ])
    }
}

#[track_caller]
fn same(tool: &str, peer: &[String], ours: &[String], input: &[u8]) -> bool {
    let Some(expected) = oracle(tool, peer, input) else { return false };
    let ran = run_piped(mapped().arg("hexdump").args(ours), input);
    let shown = |ran: &Ran| String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(shown(&ran), shown(&expected), "{ours:?} against {tool} {peer:?}; {}; input {input:?}", ran.stderr);
    assert_eq!(ran.stdout, expected.stdout, "{ours:?} against {tool} {peer:?}");
    assert_eq!(ran.code != 0, expected.code != 0, "{ours:?} against {tool} {peer:?}; {}", ran.stderr);
    true
}

#[test]
fn prints_what_hexdump_prints() {
    let mut random = Random(1);
    for _ in 0..cases(400) {
        let input = random.input();
        let mut displays = vec!["-b", "-c", "-C", "-d", "-o", "-x"];
        let wanted = random.pick(&[0, 1, 1, 1, 2, 3]);
        let mut peer: Vec<String> = (0..wanted).map(|_| displays.remove(random.below(displays.len())).into()).collect();
        let mut ours = if peer.is_empty() { vec!["-f".into(), "hex".into()] } else { peer.clone() };
        let mut both = vec![];
        if random.chance(30) {
            both.extend(["-n".into(), random.pick(&["0", "1", "16", "17", "40", "100", "1K"]).into()]);
        }
        if random.chance(20) {
            both.push("-v".into());
        }
        peer.extend(both.clone());
        ours.extend(both);
        ours.extend(random.neutral_options().iter().map(ToString::to_string));
        if !same("hexdump", &peer, &ours, &input) {
            return;
        }
    }
}

#[test]
fn prints_what_xxd_prints() {
    let mut random = Random(2);
    for _ in 0..cases(700) {
        let input = random.input();
        let (mut peer, mut ours): (Vec<String>, Vec<String>) = (vec![], vec![]);
        let mut add = |theirs: &[&str], own: &[&str]| {
            peer.extend(theirs.iter().map(ToString::to_string));
            ours.extend(own.iter().map(ToString::to_string));
        };
        let mode = random.pick(&["", "", "-p", "-i", "-b", "-e"]);
        // After 2022, xxd corrected little-endian rows that end inside a group: see
        // `little_endian_rows_end_with_a_whole_group`.
        let widths: &[&str] = match mode {
            "-e" => &["0", "8", "16", "64", "256"],
            _ => &["0", "1", "2", "3", "5", "7", "8", "10", "15", "16", "17", "31", "64", "256", "257"],
        };
        let groups: &[&str] = match mode {
            "-e" => &["0", "1", "2", "4", "8"],
            _ => &["0", "1", "2", "3", "4", "5", "7", "8", "16", "32", "100"],
        };
        match mode {
            "" => add(&[], &["-f", "xxd"]),
            "-b" => add(&["-b"], &["-f", "binary"]),
            "-e" => add(&["-e"], &["-f", "xxd", "-e"]),
            other => add(&[other], &[other]),
        }
        if random.chance(50) {
            let width = random.pick(widths);
            add(&["-c", width], &["-w", width]);
        }
        if random.chance(50) {
            let group = random.pick(groups);
            add(&["-g", group], &["-g", group]);
        }
        for (percent, flag) in [(30, "-u"), (30, "-a")] {
            if random.chance(percent) {
                add(&[flag], &[flag]);
            }
        }
        if random.chance(30) {
            let length = random.pick(&["0", "1", "16", "17", "40", "100", "1000"]);
            add(&["-l", length], &["-l", length]);
        }
        if random.chance(30) {
            let base = random.pick(&["0", "5", "0x1000", "-5", "0xfffffffffffffff0", "4294967290"]);
            add(&["-o", base], &["--base", base]);
        }
        if random.chance(15) && matches!(mode, "" | "-b" | "-e") {
            add(&["-E"], &["--character-table", "ebcdic"]);
        }
        if random.chance(15) {
            add(&["-d"], &["--address-radix", "decimal"]);
        }
        if mode == "-i" && random.chance(50) {
            add(&["-C", "-n", "9 lives.bin"], &["--capitalize", "--name", "9 lives.bin"]);
        }
        ours.extend(random.neutral_options().iter().map(ToString::to_string));
        if !same("xxd", &peer, &ours, &input) {
            return;
        }
    }
}

/// xxd never rejects text; its result is the reference for damaged text.
#[test]
fn reverses_what_xxd_reverses() {
    let mut random = Random(3);
    for _ in 0..cases(500) {
        let input = random.input();
        let options = random.pick(&[&[][..], &["-p"], &["-c", "8"], &["-g", "1"], &["-a"], &["-u"], &["-o", "16"]]);
        let Some(dump) = oracle("xxd", options, &input) else { return };
        let mut text = dump.stdout;
        if random.chance(50) && !text.is_empty() {
            for _ in 0..=random.below(5) {
                // The first digits are kept, so that no address creates a gap of gigabytes.
                let at = (random.below(text.len()) / 16 * 16 + 9 + random.below(6)).min(text.len());
                let with: Vec<u8> = (0..random.below(3)).map(|_| random.pick(b"09afAF: \r\tzX.")).collect();
                let until = (at + random.below(3)).min(text.len());
                text.splice(at..until, with);
            }
        }
        let addresses = text.split(|&byte| byte == b'\n').filter_map(|line| {
            let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            u64::from_str_radix(std::str::from_utf8(&line[..digits]).unwrap(), 16).ok()
        });
        let plain = options == ["-p"];
        if !plain && addresses.max().unwrap_or(0) > 1 << 20 {
            continue;
        }
        let (mut peer, mut ours) = (vec!["-r".to_string()], vec!["-r".to_string()]);
        if plain {
            peer.push("-p".into());
            ours.push("-p".into());
        } else {
            ours.extend(["-f".into(), "xxd".into()]);
        }
        if random.chance(20) {
            peer.extend(["-s".into(), "16".into()]);
            ours.extend(["-s".into(), "16".into()]);
        }
        ours.extend(random.neutral_options().iter().map(ToString::to_string));
        let Some(expected) = oracle("xxd", &peer, &text) else { return };
        if expected.code != 0 {
            // A pipe does not support seeking backwards, and both programs report that.
            assert_ne!(run_piped(mapped().arg("hexdump").args(&ours), &text).code, 0);
            continue;
        }
        assert!(same("xxd", &peer, &ours, &text));
    }
}

#[test]
fn the_law_holds_for_reversing() {
    let input = [&[0; 40][..], &[7; 50], b"0123456789", &(0..=255).collect::<Vec<u8>>(), &[0; 33]].concat();
    for format in [&[][..], &["-v"], &["-f", "xxd"], &["-f", "xxd", "-a"], &["-p"]] {
        let text = run_piped(mapped().arg("hexdump").args(format), &input).stdout;
        Law::new(&["hexdump", "-r"], &text).quick().holds(&input, 0);
    }
    // A mark for repeated rows represents gigabytes in a few bytes, which need not be held in
    // memory.
    let flash = "00000000  ff ff ff ff ff ff ff ff  ff ff ff ff ff ff ff ff  |................|\n*\n02000000\n";
    let back = run_piped(mapped().args(["hexdump", "-r"]), flash.as_bytes());
    assert!(back.stdout.len() == 0x200_0000 && back.stdout.iter().all(|&byte| byte == 0xff));
    // This subtracts the base, or adds it to every address, as xxd does.
    let shown = run_piped(mapped().args(["hexdump", "--base", "0x4000"]), &input).stdout;
    Law::new(&["hexdump", "-r", "--base", "0x4000"], &shown).quick().holds(&input, 0);
    Law::new(&["hexdump", "-r", "-s", "-0x4000"], &shown).quick().holds(&input, 0);
    Law::new(&["hexdump", "-r", "-s", "-0x4001"], &shown).quick().holds(b"", 1);
}

#[test]
fn the_law_holds_for_ranges() {
    let input: Vec<u8> = (0..700u32).map(|i| if i % 200 < 120 { 0 } else { i as u8 }).collect();
    for (options, range) in [
        (&["-s", "5"][..], 5..700),
        (&["-s", "0x21", "-n", "100"], 33..133),
        (&["-s", "-17"], 683..700),
        (&["--skip", "-1K", "-l", "3"], 0..3),
        (&["--offset", "600", "--length", "1K"], 600..700),
    ] {
        let base = range.start.to_string();
        let peer = run_piped(mapped().args(["hexdump", "--base", &base]), &input[range]).stdout;
        Law::new(&[&["hexdump"], options].concat(), &input).quick().holds(&peer, 0);
    }
    // Regression: an offset past the end, which is an error in od, printed the address of the end.
    Law::new(&["hexdump", "--type", "x1", "-s", "700"], &input).quick().holds(b"0001274\n", 0);
    Law::new(&["hexdump", "--type", "x1", "-s", "701"], &input).quick().holds(b"", 1);
}

fn file_from_reverse(dir: &Path, options: &[&str], text: &[u8]) -> Vec<u8> {
    let path = dir.join("reversed");
    let out = File::create(&path).unwrap();
    let mut child = mapped().args(["hexdump", "-r"]).args(options).stdin(Stdio::piped()).stdout(out).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    assert!(child.wait().unwrap().success());
    std::fs::read(path).unwrap()
}

#[test]
fn dumps_round_trip() {
    let dir = Dir::new();
    let mut random = Random(4);
    let formats = [
        &[][..],
        &["-v"],
        &["-f", "xxd"],
        &["-f", "xxd", "-a"],
        &["-p"],
        &["-p", "-w", "0"],
        &["-g", "4", "-u"],
        &["--panels", "3"],
        &["--border", "ascii", "--character-table", "codepage-437", "-g", "2"],
        &["--border", "none", "--character-table", "ascii"],
    ];
    for round in 0..40 {
        let input = if round == 0 { vec![] } else { random.input() };
        for format in formats {
            let text = run_piped(mapped().arg("hexdump").args(format).args(random.neutral_options()), &input).stdout;
            let named = if format.contains(&"-p") { vec!["-p"] } else { vec![] };
            let back = run_piped(mapped().args(["hexdump", "-r"]).args(&named).args(random.neutral_options()), &text);
            assert_eq!(
                (back.stdout, back.code),
                (input.clone(), 0),
                "{format:?} to a pipe, by {}",
                String::from_utf8_lossy(&text)
            );
            assert_eq!(file_from_reverse(dir.path(), &named, &text), input, "{format:?} to a file");
        }
    }
}

#[test]
fn reverse_patches_a_file_in_place_and_leaves_holes() {
    let dir = Dir::new();
    let path = dir.file("patched", b"the quick brown fox jumps over it");
    let patch = |text: &str| {
        let out = File::options().write(true).open(&path).unwrap();
        let mut child = mapped().args(["hexdump", "-r"]).stdin(Stdio::piped()).stdout(out).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    };
    // Later rows come first, which requires a seekable file.
    patch("00000014: 6c65 6170 73\n00000004: 534c 4f57 21\n");
    assert_eq!(std::fs::read(&path).unwrap(), b"the SLOW! brown fox leaps over it");
    patch("40000000: 41\n");
    let meta = std::fs::metadata(&path).unwrap();
    assert_eq!(meta.len(), 0x4000_0001);
    assert!(meta.blocks() * 512 < 1 << 20, "the gap is a hole");
    let into_pipe = run_piped(mapped().args(["hexdump", "-r"]), b"00000014: 6c\n00000004: 53\n");
    assert_eq!(into_pipe.code, 1, "a pipe cannot go back: {}", into_pipe.stderr);
}

#[test]
fn a_sparse_file_is_dumped_without_touching_its_holes() {
    const TIB: u64 = 1 << 40;
    let dir = Dir::new();
    let path = dir.path().join("sparse");
    let file = File::create(&path).unwrap();
    if file.set_len(TIB + 5).is_err() {
        return crate::util::skip("files of a tebibyte");
    }
    file.write_all_at(b"island", TIB / 2 + 3).unwrap();
    let begun = Instant::now();
    let ran = run(&["hexdump".as_ref(), path.as_os_str()]);
    let expected = "\
00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
8000000000  00 00 00 69 73 6c 61 6e  64 00 00 00 00 00 00 00  |...island.......|
8000000010  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
*
10000000000  00 00 00 00 00                                    |.....|
10000000005
";
    assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code), (expected, 0), "{}", ran.stderr);
    let ran = run(&["hexdump".as_ref(), "-f".as_ref(), "xxd".as_ref(), "-a".as_ref(), path.as_os_str()]);
    let expected = "\
00000000: 0000 0000 0000 0000 0000 0000 0000 0000  ................
*
8000000000: 0000 0069 736c 616e 6400 0000 0000 0000  ...island.......
8000000010: 0000 0000 0000 0000 0000 0000 0000 0000  ................
*
10000000000: 0000 0000 00                             .....
";
    assert_eq!(String::from_utf8_lossy(&ran.stdout), expected);
    let ran =
        run(&["hexdump".as_ref(), "--find".as_ref(), "land".as_ref(), "-n".as_ref(), "16".as_ref(), path.as_os_str()]);
    assert!(String::from_utf8_lossy(&ran.stdout).starts_with("8000000000  00 00 00 69"), "{}", ran.stderr);
    assert!(begun.elapsed().as_secs() < 20, "holes are not read");
}

#[test]
fn offsets_past_four_gibibytes() {
    let dir = Dir::new();
    let path = dir.path().join("large");
    let mut file = File::create(&path).unwrap();
    file.seek(SeekFrom::Start((1 << 32) + 3)).unwrap();
    file.write_all(b"here").unwrap();
    for (args, expected) in [
        (
            &["-s", "4294967280"][..],
            "\
fffffff0  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|
100000000  00 00 00 68 65 72 65                              |...here|
100000007
",
        ),
        (&["-s", "-4"], "100000003  68 65 72 65                                       |here|\n100000007\n"),
        (
            &["-b", "-s", "0xfffffff0", "-n", "20"],
            "\
fffffff0 000 000 000 000 000 000 000 000 000 000 000 000 000 000 000 000
100000000 000 000 000 150                                                
100000004
",
        ),
    ] {
        let args: Vec<OsString> =
            ["hexdump"].iter().chain(args).map(OsString::from).chain([path.clone().into()]).collect();
        let ran = run(&args);
        assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code), (expected, 0), "{}", ran.stderr);
    }
}

#[test]
fn little_endian_rows_end_with_a_whole_group() {
    // These are from the tests of xxd after 2023, when these rows were corrected.
    screen(&["-f", "xxd", "-e", "-w", "6"], b"ABCDEF", "00000000: 44434241     4645  ABCDEF\n");
    screen(&["-f", "xxd", "-e", "-w9"], b"ABCDEFGHI", "00000000: 44434241 48474645       49  ABCDEFGHI\n");
}

#[test]
fn c_arrays_as_newer_versions_of_xxd_print_them() {
    let bits = "  0b01010100, 0b01000101, 0b01010011, 0b01010100, 0b01100001, 0b01100010,\n  0b00001010, 0b00000000\n";
    screen(&["-i", "-b", "-t"], b"TESTab\n", bits);
    screen(&["-i", "-f", "binary", "-t"], b"TESTab\n", bits);
    let named = "unsigned char A[] = {\n  0x54, 0x0a, 0x00\n};\nunsigned int A_len = 2;\n";
    screen(&["-i", "-t", "--name", "A"], b"T\n", named);
}

/// Valid, unusual and invalid formats of hexdump(1), compared with that program.
#[test]
fn prints_by_formats_what_hexdump_prints() {
    let pieces = [
        r#"1/1 "%.2x""#,
        r#"16/1 "%02x ""#,
        r#""%08.8_ax  ""#,
        r#""\n""#,
        r#""%07.7_Ax\n""#,
        r#"8/2 "  %05u ""#,
        r#"4/4 "%11d""#,
        r#"2/8 "%022o ""#,
        r#""%d %x ""#,
        r#"4 "%x""#,
        r#"1/4 "%e ""#,
        r#"2/8 "%g\t""#,
        r#"3/1 "%_c""#,
        r#"8/1 "%3_u ""#,
        r#"16/1 "%_p""#,
        r#""  |""#,
        r#"/1 "%-5d|""#,
        r#"/2 "%+d ""#,
        r#"/8 "%X""#,
        r#""%5.3s|""#,
        r#"2/1 "%c""#,
        r#""%_ad ""#,
        r#""%010_ao:""#,
        r#"2 """#,
        r#"0 "x""#,
        r#"/3 "%x""#,
        r#""%z""#,
        r#""%s""#,
        r#"/1 "%x%x""#,
        r#""%_q""#,
        r#""%.4x ""#,
        r#"1/1 "%#x,""#,
        r#"1/2 "%#o,""#,
        r#"/1 "% d""#,
        r#""%02x_L[red:0x41] ""#,
        r#"1/1 "%i ""#,
        r#"1/8 "%E ""#,
        r#"1/4 "%012.3f ""#,
        r#""text""#,
        "/",
        "3 3",
        "",
        r#"/4 "%G ""#,
        r#"1/1 "\a\b\f\r\v\q""#,
    ];
    let mut random = Random(5);
    for _ in 0..cases(600) {
        let mut peer = vec![];
        for _ in 0..random.pick(&[1, 1, 1, 2, 3]) {
            let format: Vec<&str> = (0..random.pick(&[1, 2, 2, 3])).map(|_| random.pick(&pieces)).collect();
            let text = format.join(" ");
            // If it has no quote, this program reads the argument after -e as a file.
            peer.extend(if text.contains('"') { ["-e".into(), text] } else { ["-e".into(), "\"\"".into()] });
            // A format that is requested twice is printed once.
            if random.chance(10) && !peer.iter().any(|arg: &String| ["-C", "-b", "-x"].contains(&arg.as_str())) {
                peer.push(random.pick(&["-C", "-b", "-x"]).into());
            }
        }
        if random.chance(50) {
            peer.push("-v".into());
        }
        if random.chance(20) {
            peer.extend(["-n".into(), random.pick(&["1", "7", "16", "33"]).into()]);
        }
        let mut ours = peer.clone();
        ours.extend(random.neutral_options().iter().map(ToString::to_string));
        if !same("hexdump", &peer, &ours, &random.input()) {
            return;
        }
    }
}

#[test]
fn colours_of_formats_are_those_of_hexdump() {
    let input: Vec<u8> = (0..=255).chain(*b"AaBb@@@@").collect();
    let unit = [
        "%03o_L[red:A,red:a] ",
        "%03o_L[red:0x41,blue:0141] ",
        "%03o_L[red@130,red@194] ",
        "%03o_L[red@193-199] ",
        "%03o_L[red:A@65,!green:C@66] ",
        "%3_c_L[red::@58,red:@@64] ",
        "%_p_L[cyan]",
        "%02x_L[nocolour] ",
        "%02x_L[blue:0x0,brown:0x20] ",
        "%02x_L[lightred,white] ",
    ];
    for (i, unit) in unit.iter().enumerate() {
        let formats = [r#""%07.7_Ax_L[gray]\n""#.to_string(), format!(r#""%07.7_ax_L[red:0x10] " 16/1 "{unit}" "\n""#)];
        let peer: Vec<String> =
            [vec!["--color=always".into()], formats.iter().flat_map(|text| ["-e".into(), text.clone()]).collect()]
                .concat();
        if !same("hexdump", &peer, &peer, &input) {
            return;
        }
        let words = format!(r#"8/2 "  %05u_L[red@{}-{}] " "\n""#, 97 + i, 99 + i);
        let peer = ["--color=always".into(), "-e".into(), words];
        same("hexdump", &peer, &peer, &input);
    }
}

#[test]
fn formats_are_read_from_files() {
    let dir = Dir::new();
    let file = dir.file("rows.fmt", b"# a comment\n\n \"%07.7_Ax\\n\"\n\"%07.7_ax \" 8/2 \"%04x \" \"\\n\"\n");
    let expected = "0000000 6261 0063                              \n0000003\n";
    for option in ["-f", "--format-file"] {
        screen(&[option, file.to_str().unwrap()], b"abc", expected);
    }
    let ran = run_piped(mapped().args(["hexdump", "-f", "xdd"]), b"abc");
    assert!(
        ran.code != 0 && ran.stderr.starts_with("mapped: invalid value 'xdd' for --format: did you mean xxd?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn prints_what_od_prints() {
    let types = [
        "a", "c", "x1", "x1z", "x2", "x4z", "x8", "d1", "d2", "d4", "d8", "u1", "u2", "u4", "u8", "o1", "o2z", "o4",
        "o8", "f4", "f8", "xC", "dSuI", "x1z", "fFfD", "d4f8a", "cx1z", "xL",
    ];
    let mut random = Random(6);
    for _ in 0..cases(500) {
        let input = random.input();
        let (mut peer, mut ours): (Vec<String>, Vec<String>) = (vec![], vec![]);
        for _ in 0..random.pick(&[1, 1, 2]) {
            let text = random.pick(&types);
            peer.extend(["-t".into(), text.into()]);
            ours.extend(["--type".into(), text.into()]);
        }
        let mut add = |theirs: String, own: &[String]| {
            peer.push(theirs);
            ours.extend_from_slice(own);
        };
        if random.chance(60) {
            let radix = random.pick(&["o", "d", "x", "n"]);
            add(format!("-A{radix}"), &["-A".into(), radix.into()]);
        }
        if random.chance(30) {
            let width = random.pick(&["8", "16", "24", "64"]);
            add(format!("-w{width}"), &["-w".into(), width.into()]);
        }
        if random.chance(30) {
            let endian = random.pick(&["--endian=little", "--endian=big"]);
            add(endian.into(), &[endian.into()]);
        }
        if random.chance(30) {
            add("-v".into(), &["-v".into()]);
        }
        ours.extend(random.neutral_options().iter().map(ToString::to_string));
        if !same("od", &peer, &ours, &input) {
            return;
        }
    }
}

#[test]
fn prints_the_long_doubles_that_od_prints() {
    let mut random = Random(9);
    for round in 0..40 {
        let mut input: Vec<u8> = (0..1600).map(|_| random.below(256) as u8).collect();
        // Among random values, those of ordinary size are rare, and so are those with few digits.
        for number in input.chunks_exact_mut(16) {
            let exponent = 16383 - 80 + random.below(160) as u16;
            match random.below(5) {
                0 => number[8..10].copy_from_slice(&exponent.to_le_bytes()),
                1 => number[..10].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0x80, exponent as u8, (exponent >> 8) as u8]),
                2 => {
                    number[8..10].copy_from_slice(&[0; 2]);
                    number[7] &= 0x7f;
                }
                _ => {}
            }
            let is_normal = number[8] > 0 || number[9] & 0x7f > 0;
            if is_normal && !exponent.is_multiple_of(8) {
                number[7] |= 0x80;
            }
        }
        let options: &[&str] = [&["-t", "fL"][..], &["-t", "fLx1", "--endian=big"], &["-t", "fL", "-w32"]][round % 3];
        let ours: Vec<String> = options.iter().map(|option| option.replace("-t", "--type")).collect();
        let peer: Vec<String> = options.iter().map(ToString::to_string).collect();
        if !same("od", &peer, &ours, &input) {
            return;
        }
    }
}

/// Returns the lines of `--strings MIN -A d`, computed by the rule alone.
fn strings(input: &[u8], min_len: usize) -> String {
    let mut lines = String::new();
    let mut start = 0;
    for (at, &byte) in input.iter().enumerate() {
        if byte == 0 && at - start >= min_len {
            lines += &format!("{start:07} {}\n", String::from_utf8_lossy(&input[start..at]));
        }
        if !matches!(byte, 0x20..=0x7e) {
            start = at + 1;
        }
    }
    lines
}

#[test]
fn lists_strings() {
    let mut random = Random(10);
    for min_len in [1, 3, 5] {
        let mut input = vec![];
        for _ in 0..200 {
            let len = random.pick(&[0, 1, 2, 3, 4, 5, 20, 100]);
            input.extend((0..len).map(|_| random.pick(b"abc XYZ~")));
            input.push(random.pick(&[0, 0, b'\n', 0x1f, 0x7f, 0xff]));
        }
        let law = Law::new(&["hexdump", "--strings", &min_len.to_string(), "-A", "d"], &input);
        law.quick().holds(strings(&input, min_len).as_bytes(), 0);
    }
    // A limit ends a string, but the end of the input does not.
    let input = b"\x01abcdef";
    Law::new(&["hexdump", "--strings=3", "--length=5", "-An"], input).quick().holds(b"abcd\n", 0);
    Law::new(&["hexdump", "--strings=3", "--length=7", "-An"], input).quick().holds(b"abcdef\n", 0);
    Law::new(&["hexdump", "--strings=3", "--length=8", "-An"], input).quick().holds(b"", 0);
    Law::new(&["hexdump", "--strings=3", "--offset=3", "--length=4", "-Ax"], input).quick().holds(b"000003 cdef\n", 0);
    Law::new(&["hexdump", "--strings=3", "--offset=9"], input).quick().holds(b"", 1);
    let refused = run_piped(mapped().args(["hexdump", "--strings=3", "-w8"]), input);
    assert_eq!((refused.code, refused.stdout.len()), (1, 0));
}

#[test]
fn a_string_that_spans_blocks_is_of_bounded_length() {
    let dir = Dir::new();
    let path = dir.path().join("long");
    let file = File::create(&path).unwrap();
    let long = vec![b'x'; 17 << 20];
    file.write_all_at(&long, 1).unwrap();
    file.write_all_at(b"\0short\0", 1 + long.len() as u64).unwrap();
    // A hole has no strings.
    file.set_len(1 << 40).unwrap();
    let ran: Ran = mapped().args(["hexdump", "--strings=3", "-Ad"]).arg(&path).output().unwrap().into();
    assert_eq!((String::from_utf8_lossy(&ran.stdout).as_ref(), ran.code), ("17825794 short\n", 1));
    let reason = "a string of 17825792 bytes is not shown, because it is longer than 16 MiB";
    assert_eq!(ran.stderr, format!("mapped: {}: {reason}\n", path.display()));
    file.set_len(1 + long.len() as u64).unwrap();
    let ran: Ran = mapped().args(["hexdump", "--strings=3"]).arg(&path).output().unwrap().into();
    assert_eq!((ran.stdout.len(), ran.code, ran.stderr.as_str()), (0, 0, ""));
}

#[test]
fn reverses_the_dumps_of_other_tools() {
    let mut random = Random(7);
    let tools: [(&str, &[&str], &[&str]); 14] = [
        ("xxd", &["-c", "32"], &[]),
        ("xxd", &["-c", "32"], &["-f", "xxd"]),
        ("xxd", &["-c", "100", "-g", "0"], &[]),
        ("xxd", &["-d"], &[]),
        ("xxd", &["-d"], &["-f", "xxd", "--address-radix", "decimal"]),
        ("xxd", &["-b"], &[]),
        ("xxd", &["-b"], &["-f", "binary"]),
        ("hexdump", &["-C"], &[]),
        ("od", &["-tx1"], &[]),
        ("od", &["-tx1z", "-Ax"], &[]),
        ("od", &["-tx1", "-Ad", "-v"], &["--address-radix", "decimal"]),
        ("od", &["-tx1", "-Ao", "-v"], &["--type", "x1", "-A", "o"]),
        ("od", &["-tx1", "-An", "-v"], &[]),
        ("xxd", &["-p"], &[]),
    ];
    for _ in 0..20 {
        let input = random.input();
        for (tool, options, ours) in tools {
            let Some(dump) = oracle(tool, options, &input) else { return };
            let back =
                run_piped(mapped().args(["hexdump", "-r"]).args(ours).args(random.neutral_options()), &dump.stdout);
            if back.code == 0 {
                assert_eq!(back.stdout, input, "{tool} {options:?} by {ours:?}");
            } else {
                // Octal and decimal addresses cannot be distinguished if rows are squeezed from the
                // start.
                let is_unclear = tool == "od" && ours.is_empty() && back.stderr.contains("--address-radix");
                // A few digits alone are plain digits, or the address after rows that were lost.
                let is_short = ours.is_empty() && dump.stdout.len() <= 9 && back.stderr.contains("--plain");
                assert!(is_unclear || is_short, "{tool} {options:?} by {ours:?}: {}", back.stderr);
            }
        }
    }
    // Regression: od's dump of no bytes is only an address, which was read as plain digits.
    for (dump, options, expected) in [
        ("0000000\n", &[][..], Some(&b""[..])),
        ("000000\n", &["--type", "x1"], Some(b"")),
        ("000000\n", &["--plain"], Some(&[0; 3])),
        ("000000\n", &[], None),
        ("00000000\n", &["--plain"], Some(&[0; 4])),
        ("00000000\n", &[], None),
        ("000000\n000000\n", &[], Some(&[0; 6])),
    ] {
        let args = [&["hexdump", "-r"], options].concat();
        Law::new(&args, dump.as_bytes()).quick().holds(expected.unwrap_or_default(), i32::from(expected.is_none()));
    }
    // Words, little-endian groups and fields of other types cause an error, never wrong bytes.
    let input: Vec<u8> = (b'0'..b'z').collect();
    for (tool, options) in [
        ("hexdump", &[][..]),
        ("hexdump", &["-x"]),
        ("hexdump", &["-b"]),
        ("hexdump", &["-c"]),
        ("hexdump", &["-d"]),
        ("xxd", &["-e"]),
        ("xxd", &["-i"]),
        ("od", &[]),
        ("od", &["-tx2"]),
        ("od", &["-tx4", "-Ax"]),
        ("od", &["-tu1"]),
        ("od", &["-c"]),
        ("od", &["-tx1", "-tx2"]),
        ("od", &["-td1"]),
        ("od", &["-tu1", "-Ax"]),
    ] {
        let Some(dump) = oracle(tool, options, &input) else { return };
        let back = run_piped(mapped().args(["hexdump", "-r"]), &dump.stdout);
        assert_eq!(back.code, 1, "{tool} {options:?} gave {:?}", String::from_utf8_lossy(&back.stdout));
        assert!(back.stderr.contains("line "), "{}", back.stderr);
    }
}

/// Damaged dumps produce the same bytes as `xxd -r`, or an error.
#[test]
fn damaged_dumps_are_never_other_bytes() {
    let mut random = Random(8);
    let mut accepted = 0;
    for _ in 0..cases(500) {
        let input = random.input();
        let options = random.pick(&[&[][..], &["-p"], &["-g", "1"], &["-a"], &["-u"]]);
        let Some(dump) = oracle("xxd", options, &input) else { return };
        let mut text = dump.stdout;
        for _ in 0..=random.below(2) {
            if text.is_empty() {
                continue;
            }
            let at = random.below(text.len());
            let with: Vec<u8> = (0..random.below(3)).map(|_| random.pick(b"019afF: \n*zX.|")).collect();
            text.splice(at..(at + random.below(3)).min(text.len()), with);
        }
        let ran = run_piped(mapped().args(["hexdump", "-r"]), &text);
        if ran.code != 0 {
            assert!(ran.stderr.starts_with("mapped: "), "{}", ran.stderr);
            continue;
        }
        accepted += 1;
        let plain: &[&str] = if options == ["-p"] { &["-r", "-p"] } else { &["-r"] };
        let Some(expected) = oracle("xxd", plain, &text) else { return };
        assert_eq!(ran.stdout, expected.stdout, "{:?}", String::from_utf8_lossy(&text));
    }
    assert!(accepted > cases(500) / 10, "{accepted}");
}

#[test]
fn reverse_patches_the_second_operand() {
    let dir = Dir::new();
    let target = dir.file("target", b"the quick brown fox");
    let dump = dir.file("dump", b"00000004: 534c 4f57 21\n");
    let patch = |dump: &Path| run(&["hexdump".as_ref(), "-r".as_ref(), dump.as_os_str(), target.as_os_str()]);
    let ran = patch(&dump);
    assert_eq!((ran.code, ran.stdout.len()), (0, 0), "{}", ran.stderr);
    assert_eq!(std::fs::read(&target).unwrap(), b"the SLOW! brown fox");
    // An error anywhere in the dump leaves the target unchanged.
    let broken = dir.file("broken", b"00000000: 5448 45\nnonsense\n");
    let ran = patch(&broken);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("broken: line 2: not a row"), "{}", ran.stderr);
    assert_eq!(std::fs::read(&target).unwrap(), b"the SLOW! brown fox");
    let ran = patch(&target);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let created = dir.path().join("created");
    let ran = run(&["hexdump".as_ref(), "-r".as_ref(), dump.as_os_str(), created.as_os_str()]);
    assert_eq!((ran.code, std::fs::read(&created).unwrap()), (0, b"\0\0\0\0SLOW!".to_vec()));
    let ran = run(&["hexdump".as_ref(), dump.as_os_str(), created.as_os_str()]);
    assert_eq!((ran.code, std::fs::read(&created).unwrap().len()), (0, 9), "without -r, both are only shown");
    // The digits of a row that patches a file were edited, but not its characters.
    let edited = dir.file("edited", b"00000004  73 6c 6f 77 20  |SLOW!|\n");
    let ran = patch(&edited);
    assert_eq!((ran.code, std::fs::read(&target).unwrap()), (0, b"the slow  brown fox".to_vec()), "{}", ran.stderr);
    // Distant rows leave a hole in a file; a pipe is not filled with zeros.
    for dump in ["ffffffff81000000  00 01  |..|\n", "7fffffff81000000: 0001\n"] {
        let ran = run_piped(mapped().args(["hexdump", "-r"]), dump.as_bytes());
        assert_eq!((ran.code, ran.stdout.len()), (1, 0), "{dump}");
        let ran = run_piped(mapped().args(["hexdump", "-r", "--base", &format!("0x{}", &dump[..16])]), dump.as_bytes());
        assert_eq!((ran.code, ran.stdout), (0, vec![0, 1]), "{dump}");
    }
}

#[test]
fn lines_of_any_length_need_no_memory() {
    let input = vec![0xab; 300_000];
    for (args, expected) in [
        (["-p", "-w", "1000000000"], "ab".repeat(input.len()) + "\n"),
        (
            ["-p", "-w", "7"],
            "ab".repeat(input.len())
                .as_bytes()
                .chunks(14)
                .map(|line| [line, b"\n"].concat())
                .map(|line| String::from_utf8(line).unwrap())
                .collect(),
        ),
    ] {
        Law::new(&[&["hexdump"], &args[..]].concat(), &input).in_its_own_blocks().holds(expected.as_bytes(), 0);
    }
    screen(
        &["-i", "-w", "5", "--block-size", "7"],
        &input[..12],
        "  0xab, 0xab, 0xab, 0xab, 0xab,\n  0xab, 0xab, 0xab, 0xab, 0xab,\n  0xab, 0xab\n",
    );
}

#[test]
fn offsets_are_sought_where_seeking_works() {
    // Reading up to 16 TiB of zeros would take hours.
    let expected = "100000000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n100000000010\n";
    let ran = run(&["hexdump", "-s", "16T", "-n", "16", "/dev/zero"]);
    assert_eq!((ran.stdout.as_slice(), ran.code), (expected.as_bytes(), 0), "{}", ran.stderr);
    // The first page of a process is never mapped, so nothing can be read up to the offset.
    static HERE: [u8; 16] = *b"bytes of a test!";
    let address = format!("{:#x}", HERE.as_ptr() as usize);
    let memory = format!("/proc/{}/mem", std::process::id());
    let ran = run(&["cat", "--offset", &address, "--length", "16", &memory]);
    if ran.stderr.contains("Permission denied") {
        eprintln!("skipped: another process's memory cannot be read here");
        return;
    }
    assert_eq!((ran.stdout.as_slice(), ran.code), (&HERE[..], 0), "{}", ran.stderr);
}

/// Regression: `xxd -s -N` printed all of an input shorter than N bytes.
#[test]
fn xxd_does_not_seek_before_the_start() {
    let dir = Dir::new();
    dir.file("short", b"hello world\n");
    let run = |script: &str| -> Ran {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script]).arg(mapped().get_program()).current_dir(dir.path()).output().unwrap().into()
    };
    for (script, code) in [
        ("\"$0\" --as xxd -s -100 short", 4),
        ("\"$0\" --as xxd -s -100 < short", 4),
        ("cat short | \"$0\" --as xxd -s -100", 4),
        ("\"$0\" --as xxd -p -s -13 short", 4),
        ("\"$0\" hexdump -f xxd -s -100 short", 1),
    ] {
        let ran = run(script);
        assert_eq!((ran.code, &ran.stdout[..]), (code, &b""[..]), "{script}");
        assert!(ran.stderr.ends_with(": cannot seek before the start\n"), "{script}: {}", ran.stderr);
    }
    assert_eq!(run("\"$0\" --as xxd -s -12 short").stdout, run("\"$0\" --as xxd short").stdout);
    assert_eq!(run("\"$0\" --as xxd -s -100 nosuch").code, 2);
}
