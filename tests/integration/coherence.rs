//! Files whose mapping may differ from the result of a read: on overlayfs after a copy-up, on tmpfs
//! in a hole, on XFS during a truncation.
//!
//! Each test makes the mounts that it needs in its own mount namespace.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mapped::io::{IoMode, Range, Source};
use rustix::fs::{Mode, OFlags};

use crate::util::{Dir, Ran, is_emulated, mapped, pause};

/// Runs a shell script in its own mount namespace, with `$MAPPED`, an empty directory `$D`, and a
/// tmpfs at `$D/up` and `$D/work`.
///
/// Prints a message and returns `None` if no namespace can be created.
fn in_namespace(script: &str) -> Option<Ran> {
    let dir = Dir::on_disk();
    let prelude = "mkdir $D/tmp $D/low $D/m && mount -t tmpfs -o size=32M none $D/tmp && mkdir $D/tmp/up $D/tmp/work || exit 99
        overlay() { mount -t overlay -o lowerdir=$D/low,upperdir=$D/tmp/up,workdir=$D/tmp/work none $D/m || exit 99; cd $D/m; }
        same() { cmp -s \"$1\" \"$2\" || { echo \"$3: $(wc -c < $1) bytes, not $(wc -c < $2)\"; tail -c 40 \"$1\" | od -c | tail -4; }; }
        ";
    let root = rustix::process::geteuid().is_root();
    let ran: Ran = Command::new("unshare")
        .args(if root { &["-m"][..] } else { &["-Urm"] })
        .args(["bash", "-c", &format!("{prelude}{script}")])
        .env("D", dir.path())
        .env("MAPPED", mapped().get_program())
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .ok()?
        .into();
    if ran.code == 99 || ran.stderr.starts_with("unshare:") {
        crate::util::skip("mounts in a namespace of one's own");
        return None;
    }
    Some(ran)
}

#[track_caller]
fn silent(ran: Option<Ran>) {
    if let Some(ran) = ran {
        assert_eq!(String::from_utf8_lossy(&ran.stdout), "", "{}", ran.stderr);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    }
}

/// The commands to run on a file that was opened before its copy-up.
const COMMANDS: &str = "cat 'cat -n' 'cat -A' 'cat --lines=-3:' 'cat --bytes=-20:' 'grep -c x' 'grep -n appended' \
    'grep -v -c 7' 'grep --last 2 5' hexdump 'hexdump -v' 'hexdump --offset -32' checksum 'checksum -a sha256' \
    'checksum -a crc32,md5' 'cat --shard 2/2'";

/// Regression: a file opened before its first writer showed NULs instead of appended bytes, and did
/// not show overwritten ones.
#[test]
fn overlay_files_opened_before_a_copy_up() {
    let change =
        ["echo appended >> f", "printf x | dd of=f bs=1 seek=100000 conv=notrunc status=none", "truncate -s 1500000 f"];
    for change in change {
        silent(in_namespace(&format!(
            "seq 300000 > $D/low/f; overlay
            for args in {COMMANDS}; do for io in auto mmap read; do
                exec 3<f; {change}
                $MAPPED $args --io $io --threads 2 - <&3 > $D/tmp/got 2>&1
                $MAPPED $args --io read - < f > $D/tmp/want 2>&1
                same $D/tmp/got $D/tmp/want \"$args --io $io\"
                exec 3<&-; cd /; umount $D/m; rm -rf $D/tmp/up $D/tmp/work; mkdir $D/tmp/up $D/tmp/work; overlay
            done; done"
        )));
    }
}

/// Regression: no page of a file on overlayfs was ever reported as cached, so `bench` measured cold
/// runs without evidence and no warm ones.
#[test]
fn cached_pages_of_overlay_files_are_counted() {
    silent(in_namespace(
        "seq 30000 > $D/low/f; sync; overlay; cat f > /dev/null
        $MAPPED stat f | grep -q '(100%' || $MAPPED stat f
        $MAPPED bench --both --runs 1 --ways read,map --threads 1 f > $D/tmp/table || cat $D/tmp/table",
    ));
}

/// The first write to a file happens while a program that opened it by name reads it block by
/// block.
#[test]
fn overlay_files_copied_up_while_they_are_read() {
    silent(in_namespace(
        "seq 3000000 > $D/low/f; overlay
        for args in 'cat' 'cat -n' 'cat --block-size 64K -n' 'grep -n 7' 'hexdump -v'; do
            $MAPPED $args f | { head -c 100000; sleep .3; echo 7 appended >> f; cat; } > $D/got
            $MAPPED $args --io read f > $D/want
            same $D/got $D/want \"$args\"
            cd /; umount $D/m; rm -rf $D/tmp/up $D/tmp/work; mkdir $D/tmp/up $D/tmp/work; overlay
        done",
    ));
}

#[test]
fn overlay_files_are_followed_over_a_copy_up() {
    silent(in_namespace(
        "seq 300000 > $D/low/f; overlay
        follow() {
            timeout 20 $MAPPED \"$@\" f > $D/tmp/got & pid=$!
            until [ -s $D/tmp/got ]; do sleep .05; done; sleep .3
            echo appended 1 >> f; sleep 1.2; echo appended 2 >> f
            for i in $(seq 100); do tail -n 1 $D/tmp/got | grep -q 'appended 2' && break; sleep .05; done
            kill -INT $pid; wait $pid
            tail -n 2 $D/tmp/got > $D/tmp/end; printf 'appended 1\\nappended 2\\n' > $D/tmp/want
            same $D/tmp/end $D/tmp/want \"$*\"
            [ $(grep -c '' $D/tmp/got) -le 300002 ] || echo \"$*: printed twice\"
            cd /; umount $D/m; rm -rf $D/tmp/up $D/tmp/work; mkdir $D/tmp/up $D/tmp/work; overlay
        }
        follow cat -f; follow cat -F; follow cat -f --io read; follow grep --follow -e appended -e 299999",
    ));
}

/// Regression: reading a hole through a mapping allocates its pages, and on a full tmpfs raises
/// SIGBUS, which was reported as a truncation.
#[test]
fn holes_on_tmpfs_take_no_memory() {
    let mib = if is_emulated() { 6 } else { 100 };
    let create = format!(
        "cd $D/tmp; truncate -s {mib}M f; echo end >> f; seq 100000 | dd of=f bs=1M seek={} conv=notrunc status=none",
        mib / 2
    );
    let check = "
        used() { df --output=used -k . | tail -1; }
        before=$(used)
        for args in cat 'cat -n' 'cat -v' 'grep -c end' 'grep -ac end' 'grep -v -c x' hexdump 'hexdump -v' 'checksum -a md5' \
            'stat --lines' 'cat --lines=-1:'; do for io in auto mmap read; do
            $MAPPED $args --io $io - < f > $D/got || echo \"$args --io $io: exit $?\"
            [ $(used) = $before ] || echo \"$args --io $io: from $before to $(used) KiB\"
            cat f | $MAPPED $args - | cmp -s - $D/got || echo \"$args --io $io: differs from a pipe\"
        done; done";
    silent(in_namespace(&(create + check)));
}

/// Regression: `bench` reported that holes, for which tmpfs keeps no page, do not fit in memory.
#[test]
fn bench_says_why_holes_on_tmpfs_are_never_warm() {
    silent(in_namespace(
        "cd $D/tmp; truncate -s 10M f; echo end >> f
        $MAPPED bench --runs 1 --ways read f 2>&1 | grep -qF 'tmpfs keeps no page for a hole' || echo no reason",
    ));
}

/// Every page of an intact file on a full tmpfs is output, sparse or not.
#[test]
fn a_full_tmpfs_is_not_a_truncation() {
    silent(in_namespace(
        "cd $D/tmp; truncate -s 20M f; seq 100000 >> f; truncate -s 40M f; dd if=/dev/zero of=full bs=64K status=none 2> $D/full
        for args in cat 'cat -n' 'hexdump -v' checksum 'grep -c 99999' ; do for io in auto mmap read; do
            $MAPPED $args --io $io f > $D/got || echo \"$args --io $io: exit $?\"
        done; done
        $MAPPED cat f | cmp - f",
    ));
}

/// Regression: XFS zeroes the rest of the last page before it lowers the size, so a check of the
/// size alone accepted the zeros in one of six tries on two processors.
#[test]
fn a_cut_on_xfs_is_seen() {
    const LEN: u64 = 1 << 16;
    let Some(disk) = Xfs::new() else { return };
    let path = disk.0.path().join("m/f");
    let file = File::create(&path).unwrap();
    let bytes = vec![b'x'; LEN as usize];
    let (mut seen, mut unseen_by_size) = (0, 0);
    for round in 0..600 {
        file.write_all_at(&bytes, 0).unwrap();
        let source = Source::open(path.as_os_str(), IoMode::Mmap, Range::default()).unwrap();
        let (view, _) = source.map(0, LEN as usize).unwrap();
        assert_eq!(view.bytes()[LEN as usize - 1], b'x');
        let cut = LEN - 100 - round % 90 * 40;
        std::thread::scope(|scope| {
            let cutting = scope.spawn(|| file.set_len(cut).unwrap());
            while std::hint::black_box(view.bytes())[cut as usize] != 0 && !cutting.is_finished() {}
            if std::hint::black_box(view.bytes())[cut as usize] == 0 {
                // The two checks alternate, because each takes as long as the window of time that
                // it must hit.
                if round % 2 == 0 {
                    unseen_by_size += u32::from(source.current_length().unwrap() == Some(LEN));
                } else {
                    assert!(!source.map_holds(LEN), "zeros from byte {cut} on, and nothing seems to be wrong");
                    seen += 1;
                }
            }
        });
    }
    eprintln!("{seen} cuts seen; of as many, the size did not show {unseen_by_size}");
}

/// An XFS file system that stays mounted below the directory until it is dropped.
struct Xfs(Dir);

impl Xfs {
    fn new() -> Option<Xfs> {
        let dir = Dir::on_disk();
        let script = "truncate -s 400M image && mkfs.xfs -q image && mkdir m && mount -o loop image m";
        let made = Command::new("bash").args(["-c", script]).current_dir(dir.path()).output().ok()?;
        if !made.status.success() {
            crate::util::skip("XFS on a loop device");
            return None;
        }
        Some(Xfs(dir))
    }
}

impl Drop for Xfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path().join("m")).status();
    }
}

/// Regression: the read lease that protected pages in a pipe made another program's open fail with
/// EAGAIN, or wait.
#[test]
fn writers_neither_wait_nor_fail_while_a_file_is_read() {
    let dir = Dir::on_disk();
    let path = dir.file("f", &b"a line of text\n".repeat(400_000));
    for args in [&["cat"][..], &["cat", "--io", "mmap"], &["grep", "line"], &["hexdump"]] {
        let mut child = mapped().args(args).arg(&path).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        pause(Duration::from_millis(100));
        for flags in [OFlags::WRONLY | OFlags::NONBLOCK, OFlags::WRONLY] {
            let before = Instant::now();
            rustix::fs::open(&path, flags, Mode::empty()).expect("a writer is let in");
            assert!(before.elapsed() < Duration::from_millis(500), "{args:?}");
        }
        drop(child.stdout.take());
        child.wait().unwrap();
    }
}

/// `--io read` maps no input, not even a followed one.
#[test]
fn forced_reading_never_maps() {
    silent(in_namespace(
        "command -v strace > /dev/null || exit 99
        seq 300000 > $D/low/f; cd $D/low
        check() {
            timeout -s INT 2 strace -f -e trace=mmap,openat -o $D/trace $MAPPED \"$@\" > /dev/null
            grep -E \"mmap\\(.*MAP_SHARED, [0-9]+\" $D/trace && echo \"$* maps\"; true
        }
        for args in cat 'cat -n' 'grep -c 7' hexdump checksum; do check $args --io read f; done
        check cat -f --io read f; check grep --follow 7 --io read f",
    ));
}

// Regression: `bench` blamed another process for pages that ramfs never drops.
#[test]
fn ramfs_keeps_its_files() {
    silent(in_namespace(
        "mkdir $D/ram && mount -t ramfs none $D/ram && head -c 1M /dev/zero > $D/ram/f || exit 99
        $MAPPED bench --cold --runs 1 --ways read $D/ram/f 2>&1 | grep -qF 'ramfs keeps its files in memory' || echo no reason",
    ));
}
