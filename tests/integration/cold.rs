//! Files that must be read from disk: in large folios, in order, and with the same bytes.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::Path;

use mapped::os::residency;

use crate::util::{Dir, drop_pages, mapped, sample};

/// Lengths around the size of one read, the limit for small files, and the size of a large folio.
const LENGTHS: [usize; 11] =
    [4096, 65_535, 65_536, 262_144, 262_145, 1_048_576, 1_048_577, 2_097_152, 2_097_153, 6_000_000, 41_000_000];

/// Returns lines of every length from 1 to 99, so that blocks end in the middle of lines.
fn lines(len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len + 100);
    let mut i = 0;
    while bytes.len() < len {
        bytes.extend(format!("{i} {}\n", "y".repeat(i % 97)).bytes());
        i += 1;
    }
    bytes.truncate(len);
    bytes
}

/// Drops the whole file from memory. Prints a message and returns false if the file system keeps it
/// there.
fn drop_from_memory(path: &Path) -> bool {
    let file = File::open(path).unwrap();
    file.sync_all().unwrap();
    drop_pages(path, 0, file.metadata().unwrap().len().div_ceil(4096));
    let is_gone = residency::is_cached(file.as_fd(), 0) == Some(false);
    if !is_gone {
        crate::util::skip("a disk whose cached pages can be dropped, and cachestat");
    }
    is_gone
}

#[test]
fn cold_files_give_the_output_of_cached_ones() {
    let dir = Dir::on_disk();
    let mut cases = Vec::new();
    for len in LENGTHS {
        let path = dir.file(len.to_string(), &lines(len));
        for args in [
            &["cat"][..],
            &["cat", "--number"],
            &["grep", "-n", "7 y*$"],
            &["grep", "-c", "7 y*$"],
            &["checksum"],
            &["checksum", "-a", "sha256"],
            &["hexdump"],
        ] {
            for options in [&[][..], &["--threads", "1"], &["--io", "mmap"], &["--offset", "70000"]] {
                cases.push((len, path.clone(), args, options));
            }
        }
    }
    for (len, path, args, options) in sample(cases) {
        if args[0] == "hexdump" && len > 3_000_000 {
            continue;
        }
        let run = || {
            let out = mapped().args(args).args(options).arg(&path).output().unwrap();
            (out.status.code(), out.stdout, String::from_utf8(out.stderr).unwrap())
        };
        let warm = run();
        if !drop_from_memory(&path) {
            return;
        }
        let cold = run();
        assert!(cold == warm, "{args:?} {options:?}, {len} bytes: {:?}, {:?}", cold.0, cold.2);
    }
}

/// Many small files are prefetched, which must not change the output.
#[test]
fn a_cold_tree_gives_the_output_of_a_cached_one() {
    let dir = Dir::on_disk();
    let names: Vec<String> = (0..700).map(|i| format!("f{i:03}")).collect();
    for (i, name) in names.iter().enumerate() {
        // Some are empty, some begin like compressed files, some are binary, some are too large to
        // be prefetched.
        let len = [0, 1, 90, 4096, 5000, 60_000, 70_000][i % 7];
        let mut bytes = lines(len);
        if i % 31 == 2 && len > 2 {
            bytes[..2].copy_from_slice(b"\x1f\x8b");
        } else if i % 31 == 3 && len > 0 {
            bytes[0] = 0;
        }
        dir.file(name, &bytes);
    }
    let (absent, list) = (dir.path().join("f350"), dir.path().join("sums"));
    std::fs::remove_file(&absent).unwrap();
    std::os::unix::fs::symlink("nowhere", &absent).unwrap();
    let paths: Vec<_> = names.iter().map(|name| dir.path().join(name)).collect();
    let sums = mapped().arg("checksum").args(&paths).output().unwrap().stdout;
    std::fs::write(&list, &sums).unwrap();
    for args in [
        &["grep", "-r", "7 y*$"][..],
        &["grep", "-rc", "7 y*$"],
        &["grep", "-rz", "--decompress", "7 y*$"],
        &["checksum", "-r"],
        &["checksum", "--check"],
        &["grep", "-c", "7 y*$"],
        &["cat", "--number"],
        &["stat", "--lines", "--format", "%n %s"],
    ] {
        let operands = if args.contains(&"--check") {
            vec![list.clone()]
        } else if args[1].starts_with("-r") {
            vec![dir.path().to_owned()]
        } else {
            paths.clone()
        };
        for options in [&[][..], &["--threads", "1"], &["--threads", "5"], &["--io", "read"], &["--offset", "20"]] {
            if args[1] == "--check" && options.first() == Some(&"--offset") {
                continue;
            }
            let run = || {
                let out = mapped().args(args).args(options).args(&operands).output().unwrap();
                // Errors of decoding are reported in the order in which the decoders find them.
                let mut messages: Vec<_> = out.stderr.split(|&b| b == b'\n').map(<[u8]>::to_vec).collect();
                messages.sort();
                (out.status.code(), out.stdout, messages)
            };
            let warm = run();
            for path in paths.iter().filter(|path| **path != absent) {
                let is_empty = std::fs::metadata(path).unwrap().len() == 0;
                if !is_empty && !drop_from_memory(path) {
                    return;
                }
            }
            let cold = run();
            assert!(
                cold == warm,
                "{args:?} {options:?}: {:?}, {:?}",
                cold.0,
                cold.2.join(&b'\n').escape_ascii().to_string()
            );
        }
    }
}

/// Prefetched pages were not resident before the run.
#[test]
fn prefetched_pages_are_not_counted_as_resident() {
    let dir = Dir::on_disk();
    let paths: Vec<_> = (0..500).map(|i| dir.file(format!("f{i}"), &lines(4000))).collect();
    for args in [&["grep", "-r", "zzz"][..], &["checksum", "-r"]] {
        if !paths.iter().all(|path| drop_from_memory(path)) {
            return;
        }
        let out = mapped().args(args).args(["--stats=json"]).arg(dir.path()).output().unwrap();
        let stats: serde_json::Value = serde_json::from_slice(&out.stderr).unwrap();
        assert_eq!(stats["resident_before"], 0.0, "{args:?}: {stats}");
    }
}

#[test]
fn holes_do_not_matter_in_cold_files() {
    use std::os::unix::fs::FileExt;
    let dir = Dir::on_disk();
    let path = dir.file("holes", b"");
    let file = File::options().write(true).open(&path).unwrap();
    for (at, text) in [(3 << 20, "one\n"), (9 << 20, "two\n"), ((20 << 20) - 4, "end\n")] {
        file.write_all_at(text.as_bytes(), at).unwrap();
    }
    for args in [&["grep", "-ac", "o"][..], &["grep", "-an", "o$"], &["checksum"], &["hexdump"]] {
        let run = || mapped().args(args).arg(&path).output().unwrap();
        let warm = run();
        if !drop_from_memory(&path) {
            return;
        }
        let cold = run();
        assert!(cold == warm, "{args:?}: {}", String::from_utf8_lossy(&cold.stderr));
    }
}

/// Half of the file is in memory, so an observation at its beginning does not hold for its second
/// half.
#[test]
fn half_of_a_file_may_be_resident() {
    let dir = Dir::on_disk();
    let bytes = lines(40_000_000);
    let path = dir.file("half", &bytes);
    let expected = mapped().args(["checksum", "-a", "md5"]).arg(&path).output().unwrap();
    if !drop_from_memory(&path) {
        return;
    }
    let pages = bytes.len() as u64 / 4096 + 1;
    for (from, to) in [(0, pages / 2), (pages / 2, pages), (pages / 4, pages / 3)] {
        drop_pages(&path, from, to);
        assert_eq!(mapped().args(["checksum", "-a", "md5"]).arg(&path).output().unwrap(), expected);
        drop_pages(&path, from, to);
        let printed = mapped().arg("cat").arg("--number").arg(&path).output().unwrap().stdout;
        assert_eq!(printed.iter().filter(|&&b| b == b'\n').count(), bytes.iter().filter(|&&b| b == b'\n').count());
    }
}
