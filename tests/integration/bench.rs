//! `mapped bench`: results that can be checked by hand, verified cache states, and valid documents.

use std::process::{Command, Stdio};

use serde_json::Value;

use crate::util::{Dir, hold_pages, mapped, pause, run};

const SCHEMA: &str = include_str!("../../docs/bench.schema.json");

/// Collects the violations of `schema` in `value`, for the subset of JSON Schema that this schema
/// uses. An unknown keyword is a violation, so that none is ignored.
fn violations(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("type {other}"),
    };
    let strings = |list: &Value| -> Vec<String> {
        let list = list.as_array().cloned().unwrap_or_else(|| vec![list.clone()]);
        list.iter().map(|item| item.as_str().unwrap().to_owned()).collect()
    };
    let mut wrong = |what: String| found.push(format!("{at}: {what}: {value}"));
    for (keyword, wanted) in schema.as_object().unwrap() {
        match (keyword.as_str(), value) {
            ("$schema" | "$defs" | "title" | "description", _) => {}
            ("$ref", _) => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                violations(root, root.pointer(pointer).unwrap(), value, at, found);
                return;
            }
            ("type", _) if !strings(wanted).iter().any(|kind| is(kind)) => wrong(format!("not {wanted}")),
            ("enum", _) if !wanted.as_array().unwrap().contains(value) => wrong(format!("none of {wanted}")),
            ("minimum", Value::Number(n)) if n.as_f64() < wanted.as_f64() => wrong(format!("below {wanted}")),
            ("maximum", Value::Number(n)) if n.as_f64() > wanted.as_f64() => wrong(format!("above {wanted}")),
            ("exclusiveMinimum", Value::Number(n)) if n.as_f64() <= wanted.as_f64() => {
                wrong(format!("not above {wanted}"));
            }
            ("minItems", Value::Array(items)) if (items.len() as u64) < wanted.as_u64().unwrap() => {
                wrong("too few".into());
            }
            ("required", Value::Object(map)) => {
                for name in strings(wanted).iter().filter(|name| !map.contains_key(*name)) {
                    wrong(format!("without {name}"));
                }
            }
            ("additionalProperties", Value::Object(map)) => {
                assert_eq!(wanted, false);
                for name in map.keys().filter(|name| schema["properties"].get(name).is_none()) {
                    wrong(format!("with {name}"));
                }
            }
            ("oneOf", _) => {
                let fits = |option: &&Value| {
                    let mut inner = Vec::new();
                    violations(root, option, value, at, &mut inner);
                    inner.is_empty()
                };
                if wanted.as_array().unwrap().iter().filter(fits).count() != 1 {
                    wrong("not one of the options".into());
                }
            }
            ("properties" | "items", _) => {}
            (
                "type"
                | "enum"
                | "minimum"
                | "maximum"
                | "exclusiveMinimum"
                | "minItems"
                | "required"
                | "additionalProperties",
                _,
            ) => {}
            (other, _) => panic!("keyword {other}"),
        }
    }
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                if let Some(schema) = schema["properties"].get(name) {
                    violations(root, schema, value, &format!("{at}/{name}"), found);
                }
            }
        }
        Value::Array(items) if schema.get("items").is_some() => {
            for (index, item) in items.iter().enumerate() {
                violations(root, &schema["items"], item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Runs `mapped bench --json`, validates the document against the schema and returns it.
#[track_caller]
fn bench(args: &[&str]) -> Value {
    let ran = run(&[&["bench", "--json"], args].concat());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    valid(&ran.stdout)
}

#[track_caller]
fn valid(stdout: &[u8]) -> Value {
    let document: Value = serde_json::from_slice(stdout).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut errors = Vec::new();
    violations(&schema, &schema, &document, "", &mut errors);
    assert_eq!(errors, Vec::<String>::new());
    document
}

#[test]
fn invalid_documents_are_detected() {
    let dir = Dir::new();
    let path = dir.file("text", b"text");
    let right = bench(&["--runs", "1", "--ways", "read", path.to_str().unwrap()]);
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    type Spoil = (&'static str, fn(&mut Value));
    let spoil: [Spoil; 5] = [
        ("with more", |document| document["more"] = 1.into()),
        ("not \"string\"", |document| document["work"] = 1.into()),
        ("none of", |document| document["rows"][0]["state"] = "lukewarm".into()),
        ("without seed", |document| _ = document.as_object_mut().unwrap().remove("seed")),
        ("not one of", |document| document["rows"][0]["gb_per_second"] = "fast".into()),
    ];
    for (says, spoil) in spoil {
        let mut document = right.clone();
        spoil(&mut document);
        let mut errors = Vec::new();
        violations(&schema, &schema, &document, "", &mut errors);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(says), "{errors:?}");
    }
}

fn results(document: &Value) -> Vec<&str> {
    document["results"].as_array().unwrap().iter().map(|result| result["result"].as_str().unwrap()).collect()
}

fn rows<'d>(document: &'d Value, method: &str) -> Vec<&'d Value> {
    document["rows"].as_array().unwrap().iter().filter(|row| row["way"] == method).collect()
}

/// Returns bytes that contain something to count for each kind of work.
fn text() -> Vec<u8> {
    (0..9_000).flat_map(|i| format!("line {i} {}\n", "abab".repeat(i % 13)).into_bytes()).collect()
}

const WAYS: [&str; 19] = [
    "auto",
    "read",
    "pread",
    "nowait",
    "direct",
    "uring",
    "uring-fixed",
    "uring-direct",
    "map",
    "map-advised",
    "map-willneed",
    "map-populate",
    "map-populate-read",
    "map-prefetch",
    "map-hugepage",
    "map-collapse",
    "map-private",
    "windows",
    "windows-prefetch",
];

/// The access methods that a kernel, a file system or a sandbox may not offer.
const OFTEN_REFUSED: [&str; 7] =
    ["nowait", "direct", "uring", "uring-fixed", "uring-direct", "map-hugepage", "map-collapse"];

#[test]
fn every_method_finds_what_a_naive_search_finds() {
    let dir = Dir::new();
    let bytes = text();
    let path = dir.file("text", &bytes);
    let path = path.to_str().unwrap();
    let sum = |bytes: &mut dyn Iterator<Item = &u8>| bytes.map(|&byte| u64::from(byte)).sum::<u64>().to_string();
    let windows = bytes.windows(4).filter(|window| window == b"abab").count().to_string();
    let digest = String::from_utf8(run(&["checksum", "-a", "sha256", path]).stdout).unwrap();
    let digest = digest.rsplit_once("= ").map_or(&digest[..], |pair| pair.1).split_whitespace().next().unwrap();
    let works = [
        ("sum", sum(&mut bytes.iter())),
        ("touch", sum(&mut bytes.iter().step_by(4096))),
        ("copy", sum(&mut bytes.iter().step_by(4096))),
        ("lines", bytes.iter().filter(|&&byte| byte == b'\n').count().to_string()),
        ("search:abab", windows),
        ("hash:sha256", digest.to_owned()),
    ];
    for (work, result) in works {
        let document = bench(&[
            "--work",
            work,
            "--runs",
            "1",
            "--threads",
            "3",
            "--block-size",
            "4K,1000",
            "--auto",
            "--seed",
            "5",
            "--queue-depth",
            "3",
            "--ways",
            &WAYS[1..].join(","),
            path,
        ]);
        assert_eq!(results(&document), [result], "{work}");
        for method in WAYS {
            let rows = rows(&document, method);
            assert!(!rows.is_empty(), "{method}");
            for row in rows {
                if OFTEN_REFUSED.contains(&method) && row["unavailable"].is_string() {
                    continue;
                }
                assert_eq!(row["runs"].as_array().unwrap().len(), 1, "{work} by {row}");
                assert_eq!(row["bytes"], bytes.len());
            }
        }
        assert_eq!(document["seed"], 5);
    }
}

#[test]
fn digests_agree_on_many_threads_whatever_the_block() {
    let dir = Dir::new();
    let path = dir.file("text", &text());
    for algorithm in ["blake3", "crc32", "xxh3", "md5"] {
        let work = format!("hash:{algorithm}");
        for block in ["100", "4K", "64K", "1M"] {
            bench(&["--work", &work, "--runs", "1", "--threads", "4", "--block-size", block, path.to_str().unwrap()]);
        }
    }
}

#[test]
fn out_of_order_each_size_of_access_has_its_result() {
    let dir = Dir::new();
    let bytes = text();
    let path = dir.file("text", &bytes);
    let path = path.to_str().unwrap();
    for work in ["sum", "search:abab", "hash:crc32", "copy"] {
        let methods =
            WAYS[1..].iter().copied().filter(|method| *method != "map-willneed").collect::<Vec<_>>().join(",");
        let args = ["--pattern", "random", "--runs", "1", "--block-size", "4K,1000", "--queue-depth", "5"];
        let document = bench(&[&args[..], &["--work", work, "--ways", &methods, path]].concat());
        assert_eq!(results(&document).len(), 2);
        for row in document["rows"].as_array().unwrap().iter().filter(|row| row["unavailable"].is_null()) {
            let accesses = row["accesses"].as_u64().unwrap();
            assert_eq!(accesses, (bytes.len() as u64).div_ceil(row["block_size"].as_u64().unwrap()), "{row}");
            let iops = accesses as f64 / row["seconds"].as_f64().unwrap();
            assert!((row["iops"].as_f64().unwrap() / iops - 1.0).abs() < 1e-9, "{row}");
            let [p50, p99, p99_9] = ["p50", "p99", "p99_9"].map(|p| row["latency_seconds"][p].as_f64().unwrap());
            assert!(0.0 < p50 && p50 <= p99 && p99 <= p99_9, "{row}");
        }
        if work == "sum" {
            let sum: u64 = bytes.iter().map(|&byte| u64::from(byte)).sum();
            assert_eq!(results(&document), [sum.to_string(), sum.to_string()]);
        }
    }
    let document = bench(&["--pattern", "stride", "--stride", "10000", "--block-size", "10", "--runs", "1", path]);
    let sum: u64 = bytes.chunks(10_000).flat_map(|chunk| chunk.iter().take(10)).map(|&byte| u64::from(byte)).sum();
    assert_eq!(results(&document), [sum.to_string()]);
    assert_eq!(rows(&document, "read")[0]["bytes"], 10 * bytes.len().div_ceil(10_000));
}

#[test]
fn several_files_are_one_workload() {
    let dir = Dir::new();
    let first = dir.file("first", b"one\ntwo\n");
    let second = dir.file("second", b"three");
    let document =
        bench(&["--work", "search:o", "--runs", "1", "--auto", first.to_str().unwrap(), second.to_str().unwrap()]);
    assert_eq!(results(&document), ["2"]);
    // The end of one file and the beginning of the next do not form a match.
    let document =
        bench(&["--work", "search:\nt", "--runs", "1", "--auto", first.to_str().unwrap(), second.to_str().unwrap()]);
    assert_eq!(results(&document), ["1"]);
}

#[test]
fn cold_runs_read_the_device_and_warm_runs_do_not() {
    let dir = Dir::new();
    let path = dir.file("text", &vec![b'x'; 3 << 20]);
    assert!(Command::new("sync").arg(&path).status().unwrap().success());
    let ran = run(&["bench", "--json", "--both", "--runs", "2", "--ways", "read,map,windows", path.to_str().unwrap()]);
    let document = valid(&ran.stdout);
    if ran.code != 0 {
        // An in-memory file system cannot be cold. This must be reported.
        assert!(ran.stderr.contains("stay in memory"), "{}", ran.stderr);
        return;
    }
    for row in document["rows"].as_array().unwrap() {
        let device = row["device_bytes"].as_f64();
        let runs = row["runs"].as_array().unwrap();
        match row["state"].as_str().unwrap() {
            // During a warm run, a page of the program itself may be read from disk.
            "warm" => assert!(device.unwrap() < f64::from(300 << 10), "{row}"),
            _ if runs.is_empty() => assert_eq!(row["left_out"].as_array().unwrap().len(), 2, "{row}"),
            _ => assert!(device.unwrap() >= f64::from(3 << 20), "{row}"),
        }
    }
    assert_eq!(document["verdicts"].as_array().unwrap().len(), 2);
}

#[test]
fn a_file_mapped_by_another_process_is_reported_not_cold() {
    let dir = Dir::new();
    let path = dir.file("text", &vec![b'x'; 1 << 20]);
    assert!(Command::new("sync").arg(&path).status().unwrap().success());
    let window = hold_pages(&path, 0, 256);
    let ran = run(&["bench", "--json", "--both", "--runs", "1", "--ways", "read,map", path.to_str().unwrap()]);
    drop(window);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("256 of 256 pages stay in memory"), "{}", ran.stderr);
    assert!(ran.stderr.contains("no cold run is valid"), "{}", ran.stderr);
    let document = valid(&ran.stdout);
    for row in document["rows"].as_array().unwrap() {
        let (runs, left_out) = (row["runs"].as_array().unwrap(), row["left_out"].as_array().unwrap());
        let counted = if row["state"] == "cold" { (0, 1) } else { (1, 0) };
        assert_eq!((runs.len(), left_out.len()), counted, "{row}");
    }
}

#[test]
fn a_temporary_file_is_gone_even_after_a_kill() {
    let dir = Dir::new();
    let left = || std::fs::read_dir(dir.path()).unwrap().count();
    let ran: crate::util::Ran = mapped()
        .args(["bench", "--file-size", "100K", "--runs", "1", "--json"])
        .env("TMPDIR", dir.path())
        .output()
        .unwrap()
        .into();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let document = valid(&ran.stdout);
    assert_eq!(document["files"][0]["bytes"], 102_400);
    assert_eq!(document["files"][0]["temporary"], true);
    assert_eq!(left(), 0);
    for signal in ["INT", "TERM", "KILL"] {
        let mut child = mapped()
            .args(["bench", "--file-size", "8M", "--runs", "1000"])
            .env("TMPDIR", dir.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        pause(std::time::Duration::from_millis(200));
        let kill = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        assert!(!child.wait().unwrap().success());
        assert_eq!(left(), 0, "{signal}");
    }
}

#[test]
fn the_table_agrees_with_the_figures() {
    let dir = Dir::new();
    let path = dir.file("text", &text());
    let ran = run(&["bench", "--runs", "2", "--seed", "9", "--auto", path.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let table = String::from_utf8(ran.stdout).unwrap();
    for part in [
        "shuffled by --seed 9",
        "map + SEQUENTIAL",
        "--io auto",
        "windows 1 MiB",
        "GB/s",
        "█",
        "All methods gave the same result",
    ] {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    // Regression: the result was called noise, although two runs of each method can never show more
    // than noise, however far apart they are.
    let words = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Undecided between mmap and read: "), "{table}");
    assert!(words.contains("which 2 runs are too few to confirm"), "{table}");
}

#[test]
fn csv_has_a_line_for_each_row_and_a_field_for_each_name() {
    let dir = Dir::new();
    let path = dir.file("text", &text());
    let args = ["bench", "--csv", "--runs", "1", "--ways", "read,windows", "--block-size", "1K,2K", "--threads", "2"];
    let ran = run(&[&args[..], &[path.to_str().unwrap()]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = String::from_utf8(ran.stdout).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{text}");
    let settings: Vec<[&str; 3]> = lines[1..].iter().map(|line| [line[12], line[13], line[14]]).collect();
    let want = [
        ["read", "1024", "1"],
        ["read", "2048", "1"],
        ["windows", "1024", "1"],
        ["windows", "2048", "1"],
        ["windows", "1024", "2"],
        ["windows", "2048", "2"],
    ];
    assert_eq!(settings, want);
}

#[test]
fn the_chart_names_every_method() {
    let dir = Dir::new();
    let path = dir.file("a<b>&c", &text());
    let chart = dir.path().join("chart.svg");
    let ran = run(&["bench", "--runs", "1", "--both", "--plot", chart.to_str().unwrap(), path.to_str().unwrap()]);
    assert!(!ran.stdout.is_empty());
    let svg = std::fs::read_to_string(&chart).unwrap();
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
    for part in [
        "pread 256 KiB",
        "map + POPULATE",
        "prefers-color-scheme: dark",
        "warm, GB/s",
        "cold, GB/s",
        "a&lt;b&gt;&amp;c",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!svg.contains("a<b>"));
}

#[test]
fn unmeasurable_inputs_are_reported() {
    let dir = Dir::new();
    let empty = dir.file("empty", b"");
    let full = dir.file("full", b"x");
    let svg = dir.file("input.svg", b"x");
    let svg = svg.to_str().unwrap();
    let full = full.to_str().unwrap();
    let ran = run(&["bench", empty.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("nothing to measure"), "{}", ran.stderr);
    let ran: crate::util::Ran =
        mapped().args(["bench", "-"]).stdin(std::fs::File::open(full).unwrap()).output().unwrap().into();
    assert_eq!((ran.code, ran.stderr.contains("each pass opens it again")), (1, true), "{}", ran.stderr);
    for (args, code, says) in [
        (vec!["bench", "/dev/null"], 1, "character device"),
        (vec!["bench", "none"], 1, "No such file"),
        (vec!["bench", "--work", "dance", full], 2, "expected touch"),
        (vec!["bench", "--pattern", "random", "--auto", full], 2, "--auto"),
        (vec!["bench", "--stride", "5", full], 2, "--pattern stride"),
        (vec!["bench", "--cold", "--warm", full], 2, "cannot be combined with"),
        (vec!["bench", "--file-size", "1M", full], 2, "cannot be combined with"),
        (vec!["bench", "--block-size", "0", full], 2, "at least 1 byte"),
        (vec!["bench", "--queue-depth", "0", full], 2, "--queue-depth"),
        // Regression: an unusable chart path was rejected only after minutes of measuring.
        (vec!["bench", "--plot", "chart.png", "--runs", "1000", full], 2, "expected a file name that ends in .svg"),
        (vec!["bench", "--plot", "/none/chart.svg", "--runs", "1000", full], 1, "/none/chart.svg: No such file"),
        (vec!["bench", "--plot", svg, "--runs", "1000", svg], 1, "is also an input"),
    ] {
        let ran = run(&args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{args:?}: {}", ran.stderr);
    }
}

/// Regression: a file of holes was measured as if it were on disk, without a warning; an
/// unavailable state was repeated in every row; and idle threads were counted.
#[test]
fn notes_on_a_file_are_printed_once() {
    let dir = Dir::on_disk();
    let holes = dir.path().join("holes");
    std::fs::File::create(&holes).unwrap().set_len(3 << 20).unwrap();
    let ran = run(&["bench", "--runs=1", "--ways=read,map", "--threads=2", "--block-size=4M", holes.to_str().unwrap()]);
    let table = String::from_utf8(ran.stdout).unwrap();
    assert!(table.contains("holes: 3 MiB of 3 MiB are holes, which no method reads from disk\n"), "{table}");
    assert!(!table.contains('×'), "one access takes one thread: {table}");
    let memory = std::path::Path::new("/dev/shm").join(format!("mapped-bench-{}", std::process::id()));
    if std::fs::write(&memory, vec![b'x'; 1 << 20]).is_err() {
        return crate::util::skip("a tmpfs at /dev/shm");
    }
    let ran = run(&["bench", "--both", "--runs=1", "--ways=read,map,direct", "--threads=1", memory.to_str().unwrap()]);
    std::fs::remove_file(&memory).unwrap();
    let table = String::from_utf8(ran.stdout).unwrap();
    assert_eq!((ran.code, table.matches("256 of 256 pages").count()), (1, 1), "{table}");
    assert!(table.contains("tmpfs accepts O_DIRECT but has no device") && table.contains("\nmap "), "{table}");
}

/// Regression: a sentence claimed that 3.28 GB/s and 2.34 GB/s differ by 6%, because its figures
/// and its ratio were estimated separately.
#[test]
fn the_ratio_of_a_sentence_follows_from_its_two_figures() {
    let dir = Dir::on_disk();
    let path = dir.file("data", &vec![b'x'; 3 << 20]);
    let mut checked = 0;
    for seed in 0..4 {
        let seed = format!("--seed={seed}");
        let mut command = mapped();
        command.args(["bench", "--json", "--auto", "--runs=5", "--work=touch", &seed]).arg(&path);
        let ran: crate::util::Ran = command.output().unwrap().into();
        let document: Value = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
        let shown: Vec<f64> = document["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|row| row["gb_per_second"]["estimate"].as_f64())
            .collect();
        for words in document["verdicts"][0]["words"].as_array().unwrap() {
            let words = words.as_str().unwrap();
            let before = |unit: &str| -> Vec<f64> {
                let numbers = words.match_indices(unit).map(|(at, _)| words[..at].rsplit(' ').next().unwrap());
                numbers.map(|number| number.parse().unwrap()).collect()
            };
            let rates = before(" GB/s");
            assert!(
                rates.iter().all(|rate| shown.iter().any(|shown| (shown - rate).abs() < 1e-9)),
                "{words}: {shown:?}"
            );
            let [one, other] = rates[..] else { continue };
            let (said, follows, digit) = match () {
                () if words.contains(" times as fast") => (before(" times as fast")[0], one / other, 0.005),
                () if words.contains(" differ by ") => (
                    words[..words.find("%,").or(words.find("% (95")).or(words.find("%.")).unwrap()]
                        .rsplit(' ')
                        .next()
                        .unwrap()
                        .parse()
                        .unwrap(),
                    (one / other - 1.0) * 100.0,
                    0.5,
                ),
                () if words.contains("% slower") => (before("% slower")[0], (1.0 - one / other) * 100.0, 0.05),
                () => continue,
            };
            assert!((said - follows).abs() <= digit + 1e-9, "{words}");
            checked += 1;
        }
    }
    assert!(checked >= 4, "{checked} sentences with two figures");
}

#[test]
fn csv_rows_name_the_measured_files() {
    let dir = Dir::new();
    let path = dir.file("data", &[b'x'; 10_000]);
    let mut command = mapped();
    command.args(["bench", "--csv", "--runs=1", "--ways=read", "--label=night, 2", "--seed=7"]).arg(&path);
    let ran: crate::util::Ran = command.output().unwrap().into();
    let text = String::from_utf8(ran.stdout).unwrap();
    let mut lines = text.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("label,time,host,kernel,processor,version,file,filesystem,work,pattern,stride,seed,way,")
    );
    for line in lines {
        assert!(line.starts_with("\"night, 2\",20") && line.contains(",sum,sequential,,7,read,"), "{line}");
    }
}

/// Regression: `--io` accepted only `mmap` and `--ways` only `map`, for the same thing.
#[test]
fn mmap_and_map_are_both_understood() {
    let dir = Dir::new();
    let path = dir.file("data", &[b'x'; 10_000]);
    let path = path.to_str().unwrap();
    let document = bench(&["--runs=1", "--ways=mmap,mmap-private,io_uring", path]);
    assert!(!rows(&document, "map").is_empty() && !rows(&document, "map-private").is_empty());
    for io in ["map", "mmap"] {
        let ran = run(&["checksum", "--io", io, "--stats=json", path]);
        assert!(ran.stderr.contains("\"mmap\"") || ran.stderr.contains("\"map\""), "{}", ran.stderr);
    }
}

#[test]
fn an_earlier_document_is_compared() {
    let dir = Dir::new();
    let path = dir.file("data", &[b'x'; 100_000]);
    let path = path.to_str().unwrap();
    let args = ["bench", "--json", "--runs=2", "--ways=read,map", "--label=first"];
    let ran = run(&[&args[..], &[path]].concat());
    let earlier = dir.file("earlier.json", &ran.stdout);
    let earlier = earlier.to_str().unwrap();
    let document = bench(&["--runs=2", "--ways=read,windows", "--work=lines", "--compare", earlier, path]);
    let comparison = &document["comparison"];
    assert_eq!(comparison["rows"].as_array().unwrap().len(), 3, "the reads are in both: {comparison}");
    assert_eq!(comparison["conditions"], serde_json::json!(["work sum, now lines"]));
    let table = run(&["bench", "--runs=2", "--ways=read", "--compare", earlier, path]);
    let table = String::from_utf8(table.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(table.contains("beyond the noise: 0 of 3 rows, corrected for 3 comparisons."), "{table}");
    let broken = dir.file("broken.json", b"{}");
    for (file, says) in [(broken.to_str().unwrap(), "not a document of bench --json"), ("none.json", "No such file")] {
        let ran = run(&["bench", "--compare", file, path]);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains(says) && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    }
}

#[test]
fn runs_go_on_until_the_verdict_is_certain_or_the_limit_is_reached() {
    let dir = Dir::new();
    let path = dir.file("data", &[b'x'; 10_000]);
    let path = path.to_str().unwrap();
    let document = bench(&["--runs=2", "--until-certain=5", "--ways=read,map", "--block-size=4K", path]);
    let runs = rows(&document, "map")[0]["runs"].as_array().unwrap().len();
    let looks = document["looks"].as_u64().unwrap();
    // Two or four runs can never be significant after the correction, so all five allowed runs are
    // made.
    assert_eq!((runs, looks), (5, 3), "{document}");
    assert_eq!(document["until_certain"], 5);
}

/// fio reads beyond the end of a file whose length is not a multiple of the block size, or rejects
/// blocks smaller than a page.
#[test]
fn direct_reads_need_no_alignment_of_the_file_or_the_block() {
    let dir = Dir::on_disk();
    let bytes: Vec<u8> = (0..9120u32).map(|i| (i % 251) as u8).collect();
    let path = dir.file("data", &bytes);
    let sum: u64 = bytes.iter().map(|&byte| u64::from(byte)).sum();
    for block in ["1", "256", "4095", "4097", "1M"] {
        for pattern in ["sequential", "random"] {
            let args = ["--runs=1", "--ways=direct,uring-direct,read", "--pattern", pattern, "--block-size", block];
            let document = bench(&[&args[..], &[path.to_str().unwrap()]].concat());
            assert_eq!(results(&document), [sum.to_string()], "{block} {pattern}");
        }
    }
}

/// Regression: a name with escape sequences was printed unescaped, and an empty name was treated as
/// a directory.
#[test]
fn the_temporary_directory_is_named_harmlessly() {
    let dir = Dir::new();
    let hostile = dir.path().join("\x1b[31mred");
    std::fs::create_dir(&hostile).unwrap();
    let bench = |tmp: &std::ffi::OsStr| -> crate::util::Ran {
        let args = ["bench", "--file-size=64K", "--runs=1", "--ways=read"];
        mapped().args(args).env("TMPDIR", tmp).output().unwrap().into()
    };
    let ran = bench(hostile.as_os_str());
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(text.contains("\\x1b[31mred") && !text.contains('\x1b'), "{text}");
    let ran = bench("".as_ref());
    assert!(String::from_utf8(ran.stdout).unwrap().starts_with("temporary file in /tmp: "), "{}", ran.stderr);
    let ran = bench("/no/such/place".as_ref());
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "mapped: /no/such/place: No such file or directory\n"));
    let ran: crate::util::Ran =
        mapped().args(["bench", "--plot=x.png", "/bin/sh", "--runs=1", "--ways=read"]).output().unwrap().into();
    assert!(ran.stderr.contains("invalid value 'x.png' for --plot"), "{}", ran.stderr);
}
