//! `hexdump -r` of dumps that cannot be read, or not to their end.

use std::fs::OpenOptions;
use std::io::Read;
use std::process::Stdio;

use crate::util::{Dir, can_lose_pages, mapped, run};

// Regression: the last line before the end, or the zeros of its page, were reported as well.
#[test]
fn a_truncated_dump_is_one_error() {
    let dir = Dir::new();
    let row =
        |number: usize| format!("{:08x}: 6162 6364 6566 6768 696a 6b6c 6d6e 6f70  abcdefghijklmnop\n", number * 16);
    let dump: String = (0..200_000).map(row).collect();
    for io in ["mmap", "read"].into_iter().filter(|&io| io == "read" || can_lose_pages()) {
        for target in [false, true] {
            let path = dir.file("dump", dump.as_bytes());
            let target_path = dir.file("target", b"unchanged");
            let mut command = mapped();
            command.args(["hexdump", "-r", "--io", io]).arg(&path);
            if target {
                command.arg(&target_path);
            }
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            // The output has begun, and the program waits for its reader.
            let mut bytes = vec![0; if target { 0 } else { 1 << 10 }];
            child.stdout.as_mut().unwrap().read_exact(&mut bytes).unwrap();
            OpenOptions::new().write(true).open(&path).unwrap().set_len(9_000_001).unwrap();
            let output = child.wait_with_output().unwrap();
            bytes.extend(output.stdout);
            let message = String::from_utf8_lossy(&output.stderr);
            if target && output.status.success() {
                // The program was faster than this test.
                continue;
            }
            assert_eq!(output.status.code(), Some(1), "{io}: {message}");
            assert_eq!(message.lines().count(), 1, "{io}: {message}");
            assert!(target || message.contains("truncated to"), "{io}: {message}");
            assert!(bytes.chunks(16).all(|row| b"abcdefghijklmnop".starts_with(row)), "{io}");
            if target {
                // Either the truncation was noticed before anything was written, or the line was.
                let content = std::fs::read(&target_path).unwrap();
                assert!(content == b"unchanged" || message.contains("truncated to"), "{io}: {message}");
            }
        }
    }
}

// Regression: the target was created before the dump was opened.
#[test]
fn a_dump_that_cannot_be_opened_creates_no_target() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("directory")).unwrap();
    for (name, problem) in [("missing", "No such file or directory"), ("directory", "Is a directory")] {
        let (dump, target) = (dir.path().join(name), dir.path().join("target"));
        let ran = run(&["hexdump".as_ref(), "-r".as_ref(), dump.as_os_str(), target.as_os_str()]);
        assert_eq!((ran.code, ran.stderr), (1, format!("mapped: {}: {problem}\n", dump.display())));
        assert!(!target.exists(), "{name}");
    }
}
