//! Arbitrary check files: each line is malformed, names a missing file, or names one digest.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mapped_fuzz::{Memory, run};

fuzz_target!(|data: &[u8]| {
    let [options, block, text @ ..] = data else { return };
    // Names are opened, so they must not exist.
    let text: Vec<u8> = text.iter().map(|&b| if b == b'/' { b'_' } else { b }).collect();
    let memory = Memory::new(&text);
    let path = memory.path();
    let path = path.to_str().unwrap();
    let block = (1 + *block as usize % 67).to_string();
    let mut args = vec!["checksum", "--check"];
    args.extend((options & 1 != 0).then_some("--ignore-missing"));
    args.extend((options & 2 != 0).then_some("--strict"));
    args.extend((options & 4 != 0).then_some("--zero"));
    let usual = run(&[&args[..], &["--threads", "1", path]].concat());
    let odd = run(&[&args[..], &["--threads", "3", "--block-size", &block, path]].concat());
    assert_eq!(usual, odd);
    if let Some((printed, _)) = usual {
        // A verdict is one line, whatever the name contains.
        for line in printed.split_inclusive(|&b| b == b'\n') {
            let whole =
                [&b": OK\n"[..], b": FAILED\n", b": FAILED open or read\n"].iter().any(|end| line.ends_with(end));
            assert!(whole, "{:?}", String::from_utf8_lossy(&printed));
        }
    }
});
