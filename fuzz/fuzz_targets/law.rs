//! The one law: output does not depend on the block size, the threads, or how the input was read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mapped::exit::Exit;
use mapped_fuzz::{Memory, run};

const LINES: &[&[&str]] = &[
    &["cat", "-n", "-s"],
    &["cat", "-A"],
    &["cat", "-b", "-E"],
    &["cat", "--lines", "2:-2"],
    &["cat", "--bytes", "-30:-3"],
    &["grep", "-n", "a"],
    &["grep", "-c", "-v", "b"],
    &["grep", "-o", "-b", "a.*b"],
    &["grep", "-C1", "-n", "[a-c]x"],
    &["grep", "-a", "-B2", "-A1", "^$"],
    &["grep", "--json", "a"],
    &["grep", "-w", "-i", "-m2", "ab"],
    &["grep", "-z", "a"],
    &["hexdump", "-C"],
    &["hexdump", "-v"],
    &["hexdump"],
    &["checksum", "-a", "crc32c"],
    &["checksum", "-a", "blake3"],
    &["checksum", "-a", "md5,sha1,sha256,sha512,xxh3,crc32"],
];

/// Removes the times that ripgrep's messages contain.
fn timeless(ran: Option<(Vec<u8>, Exit)>) -> Option<(Vec<u8>, Exit)> {
    let times = regex::bytes::Regex::new(r#""elapsed(_total)?":\{[^}]*\}"#).unwrap();
    ran.map(|(text, exit)| (times.replace_all(&text, &b""[..]).into_owned(), exit))
}

fuzz_target!(|data: &[u8]| {
    let [line, block, threads, way, bytes @ ..] = data else { return };
    let line = LINES[*line as usize % LINES.len()];
    let memory = Memory::new(bytes);
    let path = memory.path();
    let path = path.to_str().unwrap();
    let block = (1 + *block as usize % 67).to_string();
    let threads = (1 + threads % 4).to_string();
    let way = ["mmap", "read", "auto"][*way as usize % 3];
    let usual = run(&[line, &["--threads", "1", "--io", "read", path]].concat());
    let odd = run(&[line, &["--threads", &threads, "--block-size", &block, "--io", way, path]].concat());
    assert!(usual.is_some(), "{line:?} is no command line");
    let (usual, odd) = if line.contains(&"--json") { (timeless(usual), timeless(odd)) } else { (usual, odd) };
    assert_eq!(usual, odd, "{line:?}, {threads} threads, block {block}, {way}");
});
