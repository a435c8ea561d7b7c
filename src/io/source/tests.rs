//! Tests of opening, ranges, methods and reasons.

use std::io;

use rustix::fs::{SeekFrom, seek};

use super::*;
use crate::io::FileRef;
use std::io::{Seek, Write};
use std::os::unix::fs::FileExt;

fn open(path: &std::path::Path, policy: IoMode, range: Range) -> io::Result<Source> {
    Source::open(path.as_os_str(), policy, range)
}

#[test]
fn methods_and_reasons() {
    let dir = tempfile::tempdir().unwrap();
    let big = dir.path().join("big");
    std::fs::write(&big, vec![7; MAX_READ_FILE as usize + 1]).unwrap();
    let small = dir.path().join("small");
    std::fs::write(&small, b"x").unwrap();
    let empty = dir.path().join("empty");
    std::fs::write(&empty, b"").unwrap();
    let all = Range::default();

    let source = open(&big, IoMode::Auto, all).unwrap();
    assert_eq!((source.method(), source.reason()), (AccessMethod::Map, None));
    let source = open(&small, IoMode::Auto, all).unwrap();
    assert_eq!((source.method(), source.reason()), (AccessMethod::Pread, Some(Reason::Small)));
    let source = open(&small, IoMode::Mmap, all).unwrap();
    assert_eq!(source.method(), AccessMethod::Map);
    let source = open(&big, IoMode::Read, all).unwrap();
    assert_eq!((source.method(), source.reason()), (AccessMethod::Pread, Some(Reason::Forced)));
    let source = open(&empty, IoMode::Mmap, all).unwrap();
    assert_eq!((source.method(), source.kind()), (AccessMethod::Stream, Kind::Unsized));
    assert_eq!(open(dir.path(), IoMode::Auto, all).unwrap_err().raw_os_error(), Some(libc::EISDIR));

    let proc = std::path::Path::new("/proc/self/status");
    let source = open(proc, IoMode::Auto, all).unwrap();
    assert_eq!((source.method(), source.reason()), (AccessMethod::Stream, Some(Reason::SizeUnknown)));
    let err = open(proc, IoMode::Mmap, all).unwrap_err().to_string();
    assert_eq!(err, "not mappable: size unknown");
    let err = open(std::path::Path::new("/dev/zero"), IoMode::Mmap, all).unwrap_err().to_string();
    assert_eq!(err, "character device: not mappable");
}

#[test]
fn a_small_file_is_read_once_with_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    for (size, is_read_once) in [(100, true), (16 << 10, true), ((16 << 10) + 1, false), (3, false)] {
        std::fs::write(&path, vec![b'a'; size]).unwrap();
        let mut source = open(&path, IoMode::Read, Range::default()).unwrap();
        let mut head = [0; 4];
        assert_eq!(source.read_beginning(&mut head).unwrap(), size.min(4));
        assert_eq!(head[..size.min(4)], b"aaaa"[..size.min(4)]);
        std::fs::write(&path, vec![b'b'; size]).unwrap();
        let mut buffer = crate::os::Buffer::default();
        for (at, length) in [(0, size), (1, size - 1)] {
            assert!(source.read_into(&mut buffer, length, at).unwrap().is_none());
            assert_eq!(*buffer, *vec![if is_read_once { b'a' } else { b'b' }; length], "{size} {at}");
        }
    }
}

#[test]
fn ranges_are_settled_at_open() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("f");
    std::fs::write(&path, [1; 100]).unwrap();
    let cases = [
        (0, None, 0..100),
        (10, None, 10..100),
        (10, Some(5), 10..15),
        (95, Some(50), 95..100),
        (200, None, 100..100),
        (-10, None, 90..100),
        (-10, Some(3), 90..93),
        (-500, None, 0..100),
    ];
    for (offset, length, want) in cases {
        let source = open(&path, IoMode::Auto, Range { offset, length, ..Range::default() }).unwrap();
        assert_eq!(source.start()..source.end().unwrap(), want, "{offset} {length:?}");
    }
}

#[test]
fn redirected_stdin_counts_from_its_position() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"0123456789").unwrap();
    file.seek(io::SeekFrom::Start(4)).unwrap();
    let source = Source::from_file("-".into(), file, true, IoMode::Mmap, Range::default()).unwrap();
    assert_eq!((source.base(), source.start(), source.end()), (4, 0, Some(6)));
    let mut buf = [0; 20];
    let n = source.read_at(&mut buf, 1).unwrap();
    assert_eq!(&buf[..n], b"56789");
    source.set_shared_position(6);
    assert_eq!(seek(source.fd(), SeekFrom::Current(0)).unwrap(), 10);
}

#[test]
fn a_found_file_is_classified_again_when_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let open = |name: &str, len: usize| {
        let path = dir.path().join(name);
        std::fs::write(&path, vec![b'a'; len]).unwrap();
        Source::open_at(&FileRef::from_walk(path.into(), None, false), IoMode::Auto, Range::default()).unwrap()
    };
    let small = open("small", 5000);
    assert_eq!((small.kind(), small.method(), small.end()), (Kind::Regular, AccessMethod::Pread, Some(5000)));
    assert_eq!(open("empty", 0).kind(), Kind::Unsized);
    let directory = FileRef::from_walk(dir.path().into(), None, false);
    let error = Source::open_at(&directory, IoMode::Auto, Range::default()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
}

/// Regression: seeking for holes or the size moved the position of standard input, from which other
/// readers continue.
#[test]
fn looking_for_holes_leaves_the_shared_position_alone() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"0123456789").unwrap();
    file.set_len(1 << 20).unwrap();
    file.seek(io::SeekFrom::Start(4)).unwrap();
    let source = Source::from_file("-".into(), file, true, IoMode::Auto, Range::default()).unwrap();
    source.extent_at(0, 100_000);
    source.current_length().unwrap();
    assert_eq!(seek(source.fd(), SeekFrom::Current(0)).unwrap(), 4);
}

/// Regression: a file that was overwritten was reported once for each part of it.
#[test]
fn overwriting_is_found_once_for_all_parts() {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&[b'a'; 1000]).unwrap();
    let other = file.try_clone().unwrap();
    let source = Source::from_file("file".into(), file, false, IoMode::Auto, Range::default()).unwrap();
    let parts = [0..500, 500..1000].map(|part| source.part(part, IoMode::Auto).unwrap());
    assert!(!source.take_overwritten());
    while !parts[0].take_overwritten() {
        std::thread::sleep(std::time::Duration::from_millis(1));
        other.write_all_at(b"b", 0).unwrap();
    }
    assert!(!parts[1].take_overwritten() && !source.take_overwritten());
}
