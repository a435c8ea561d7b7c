//! Reversing a dump gives the dumped bytes. Any other text is reversed or rejected.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mapped_fuzz::{Memory, run};

const DUMPS: &[&[&str]] = &[&["--format", "canonical"], &["--format", "xxd"], &["--plain"], &["-C", "-v"]];

fuzz_target!(|data: &[u8]| {
    let [which, block, bytes @ ..] = data else { return };
    let block = (1 + *block as usize % 67).to_string();
    let memory = Memory::new(bytes);
    let path = memory.path();
    let dump = DUMPS[*which as usize % DUMPS.len()];
    let (text, _) = run(&[&["hexdump"], dump, &[path.to_str().unwrap()]].concat()).unwrap();
    {
        let text = Memory::new(&text);
        let path = text.path();
        let plain = if dump[0] == "--plain" { &dump[..1] } else { &[] };
        let back = [&["hexdump", "--reverse", "--block-size", &block], plain, &[path.to_str().unwrap()]].concat();
        let (back, _) = run(&back).unwrap();
        assert_eq!(back, bytes, "{dump:?}");
    }
    // An address may be huge, and the result is held in memory here.
    if !bytes.windows(7).any(|w| w.iter().all(u8::is_ascii_hexdigit)) {
        let usual = run(&["hexdump", "--reverse", path.to_str().unwrap()]);
        let odd = run(&["hexdump", "--reverse", "--block-size", &block, "--threads", "2", path.to_str().unwrap()]);
        assert_eq!(usual, odd);
    }
});
