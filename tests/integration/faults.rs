//! A file that is cut while it is read: never a death, always an exact prefix.

use std::fs::File;
use std::io::Read;
use std::process::Stdio;
use std::time::Duration;

use crate::util::{Dir, mapped};

/// Bytes in which every place can be told from its neighbours, none of them zero.
fn numbered(len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 10);
    let mut i = 0;
    while bytes.len() < len {
        bytes.extend(format!("{i:08}\n").bytes());
        i += 1;
    }
    bytes.truncate(len);
    bytes
}

#[test]
fn cat_survives_truncation_at_any_moment() {
    let dir = Dir::new();
    let truth = numbered(24 << 20);
    let mut random = 99_u64;
    let mut next = move |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let (mut cut, mut whole) = (0, 0);
    for round in 0..60 {
        let path = dir.file("log", &truth);
        let size = next(truth.len() as u64);
        let delay = Duration::from_micros(next(9_000));
        let options: &[&str] = [&[][..], &["--io", "mmap", "--block-size", "64K"], &["--io", "read"]][round % 3];
        let mut child =
            mapped().arg("cat").args(options).arg(&path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            stdout.read_to_end(&mut all).unwrap();
            all
        });
        std::thread::sleep(delay);
        File::options().write(true).open(&path).unwrap().set_len(size).unwrap();
        let ran: crate::util::Ran = child.wait_with_output().unwrap().into();
        let printed = reader.join().unwrap();
        assert!(truth.starts_with(&printed), "round {round}: {} bytes are no prefix", printed.len());
        match ran.code {
            0 => {
                assert!(printed.len() == truth.len() || printed.len() as u64 == size, "round {round}");
                // A truncation that is under way at the opening has lowered the size and not yet moved the time.
                let changed = format!("mapped: {}: changed while being read\n", path.display());
                assert!(ran.stderr.is_empty() || ran.stderr == changed, "{}", ran.stderr);
                whole += 1;
            }
            1 => {
                assert_eq!(
                    ran.stderr,
                    format!("mapped: {}: truncated to {size} bytes while being read\n", path.display())
                );
                cut += 1;
            }
            other => panic!("round {round}: exit {other}, {}", ran.stderr),
        }
    }
    eprintln!("{cut} runs cut, {whole} runs whole");
}
