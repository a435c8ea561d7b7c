//! Numbers with every unit, in every option of a classic tool that takes one, compared with the
//! tool itself.

use crate::multicall::{links, shell};
use crate::util::{Dir, sample, skip};

/// An option with a number, and the units that are not compared with it.
struct NumberOption {
    line: &'static str,
    /// Numbers with these units exceed what the tool supports: 2^64, an offset, or its memory.
    excepted: &'static str,
}

const fn option(line: &'static str, excepted: &'static str) -> NumberOption {
    NumberOption { line, excepted }
}

/// Command lines, in which `@` stands for the number.
const OPTIONS: [NumberOption; 27] = [
    option("od -N @ f", ""),
    option("od -j @ f", ""),
    option("od --read-bytes=@ f", ""),
    option("od -S @ f", "TPE"),
    option("od f +@", "."),
    option("od --traditional f @", "."),
    option("cmp -n @ f g", ""),
    option("cmp -i @ f g", ""),
    option("cmp -i 1:@ f g", ""),
    option("cmp f g @", ""),
    option("cmp f g 1 @", ""),
    option("head -n @ f", "ZYRQ"),
    option("head -c @ f", "ZYRQ"),
    option("head -c -@ f", "ZYRQ"),
    option("head -@ f", ""),
    option("tail -n @ f", "ZYRQ"),
    option("tail -c -@ f", "ZYRQ"),
    option("tail -n +@ f", "ZYRQ"),
    option("tail -c +@ f", "PEZYRQ"),
    option("tail +@ f", ""),
    option("tail --max-unchanged-stats=@ f", ""),
    option("b2sum -l @ f", ""),
    option("cksum -a blake2b -l @ f", ""),
    option("hexdump -n @ f", ""),
    option("hexdump -s @ f", ""),
    option("hd -n @ f", ""),
    option("grep -A @ 1 f", ""),
];

const UNITS: [&str; 42] = [
    "b", "B", "c", "w", "k", "K", "m", "M", "g", "G", "t", "T", "p", "P", "e", "E", "Z", "Y", "R", "Q", "kB", "KB",
    "kD", "KD", "Ki", "KiB", "kiB", "kib", "KIB", "Kib", "Kb", "KiD", "mD", "MB", "MiB", "gB", "bB", "BB", "cB", "K0",
    "iB", "x",
];

const NUMBERS: [&str; 28] = [
    "", "0", "1", "8", "16", "010", "08", "0x10", "0x", "+1", "-1", "+0", "-0", " 1", "1 ", "- 1", "--1", "+-1", "1.5",
    "1.5K", ".5K", "1.", "1e1", "0b1", "x", "00", "0x10K", "010k",
];

#[test]
fn numbers_are_those_of_the_tools() {
    let (dir, links) = (Dir::new(), links());
    let lines: String = (1..600).map(|line| format!("{line}\n")).collect();
    dir.file("f", lines.as_bytes());
    dir.file("g", &[&lines.as_bytes()[..2000], b"x"].concat());
    let faults: Vec<String> = std::thread::scope(|scope| {
        let chunks: Vec<_> = OPTIONS
            .chunks(OPTIONS.len().div_ceil(4))
            .map(|options| {
                let (dir, links) = (dir.path(), links.path());
                scope.spawn(move || {
                    sample(options.iter().collect()).flat_map(|o| faults(o, dir, links)).collect::<Vec<_>>()
                })
            })
            .collect();
        chunks.into_iter().flat_map(|chunk| chunk.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}:\n{}", faults.len(), faults.join("\n"));
}

/// Returns the numbers with which a link to the program differs from the tool: in output, exit code,
/// or whether there is a message.
fn faults(option: &NumberOption, dir: &std::path::Path, links: &std::path::Path) -> Vec<String> {
    let units = UNITS.iter().flat_map(|unit| [format!("1{unit}"), (*unit).to_owned()]);
    let numbers = NUMBERS.iter().map(|number| (*number).to_owned()).chain(units);
    let is_compared = |number: &String| !number.contains(|c: char| option.excepted.contains(c));
    let numbers: Vec<String> = numbers.filter(is_compared).collect();
    let quoted: Vec<String> = numbers.iter().map(|number| format!("'{number}'")).collect();
    let line = option.line.replace('@', "\"$n\"");
    let tool = option.line.split(' ').next().unwrap_or_default();
    // diffutils says `char` or `byte`, depending on its version.
    let script = format!(
        "type {tool} > /dev/null || exit 127
        for n in {}; do
            sum=$({line} 2> message | command -p sed 's/differ: char/differ: byte/' | command -p cksum
                exit ${{PIPESTATUS[0]}})
            code=$?; [ -s message ]
            echo $code $? $sum
        done",
        quoted.join(" ")
    );
    let place = Dir::new();
    for name in ["f", "g"] {
        std::fs::copy(dir.join(name), place.path().join(name)).unwrap();
    }
    let (want, have) = (shell(&script, place.path(), None), shell(&script, place.path(), Some(links)));
    if want.code == 127 {
        skip(tool);
        return Vec::new();
    }
    let rows =
        |ran: &crate::util::Ran| String::from_utf8_lossy(&ran.stdout).lines().map(str::to_owned).collect::<Vec<_>>();
    let (want, have) = (rows(&want), rows(&have));
    assert_eq!((want.len(), have.len()), (numbers.len(), numbers.len()), "{}", option.line);
    let rows = numbers.iter().zip(want.iter().zip(&have)).filter(|(_, (want, have))| want != have);
    rows.map(|(number, (want, have))| format!("{} with '{number}': want {want}, have {have}", option.line)).collect()
}
