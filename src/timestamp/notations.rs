//! Log timestamps from the field, each as its program writes it. Each form must be learnt from one
//! line and from a log of many.

use std::sync::Arc;

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::{FormHints, Period, Reader, Sequence, TimeContext, find, learn};

/// A line, and its time if the local zone is two hours ahead of UTC. All but the last of these are
/// at 14:30:05 on some clock.
const SAMPLES: &[(&str, &str)] = &[
    // RFC 3339 and its relatives.
    ("2026-11-21T14:30:05Z up", "2026-11-21T14:30:05Z"),
    ("2026-11-21T14:30:05.123456789+05:30 up", "2026-11-21T09:00:05.123456789Z"),
    ("2026-11-21t14:30:05.5z up", "2026-11-21T14:30:05.5Z"),
    ("2026-11-21 14:30:05,123 INFO [main] org.Foo: up", "2026-11-21T12:30:05.123Z"),
    ("2026-11-21 14:30:05 +0100 up", "2026-11-21T13:30:05Z"),
    ("2026-11-21 14:30:05.123 UTC [123] LOG:  up", "2026-11-21T14:30:05.123Z"),
    ("2026-11-21 14:30:05 CET [123] LOG:  up", "2026-11-21T13:30:05Z"),
    ("2026-11-21 14:30:05 EST [123] LOG:  up", "2026-11-21T19:30:05Z"),
    ("2026-11-21 14:30:05 GMT+02:00 up", "2026-11-21T12:30:05Z"),
    ("2026-11-21 14:30:05 UTC-5 up", "2026-11-21T19:30:05Z"),
    ("2026-11-21 14:30:05 Z up", "2026-11-21T14:30:05Z"),
    ("2026-11-21 14:30:05 Europe/Paris up", "2026-11-21T13:30:05Z"),
    ("20261121T143005Z up", "2026-11-21T14:30:05Z"),
    ("20261121_143005 /sbin/e2fsck -pvf", "2026-11-21T12:30:05Z"),
    ("20261121 14:30:05 up", "2026-11-21T12:30:05Z"),
    ("2026/11/21 14:30:05 [error] 12#0: *1 open() failed", "2026-11-21T12:30:05Z"),
    ("2026/11/21 14:30:05.123456 main.go:12: up", "2026-11-21T12:30:05.123456Z"),
    ("2026-11-21_14:30:05.12345 svlogd up", "2026-11-21T12:30:05.12345Z"),
    ("2026-11-21 14-30-05: report start", "2026-11-21T12:30:05Z"),
    ("2026-11-21-14.30.05.123456+060 I123A1 LEVEL: Event", "2026-11-21T13:30:05.123456Z"),
    ("[2026.11.21-14.30.05:123][  0]LogInit: up", "2026-11-21T12:30:05.123Z"),
    ("[ 2026.11.21 14:30:05 ] Name > hello", "2026-11-21T12:30:05Z"),
    ("2026-11-21\t14:30:05:123\t1234\t567\tAgent\tup", "2026-11-21T12:30:05.123Z"),
    ("2026-11-21, 14:30:05, Info  CBS    up", "2026-11-21T12:30:05Z"),
    ("[2026-11-21, 14:30:05 UTC] {task.py:12} INFO - up", "2026-11-21T14:30:05Z"),
    ("2026-11-21  4:30:05 0 [Note] mariadbd: ready", "2026-11-21T02:30:05Z"),
    ("[2026-11-21T14:30:05,123][INFO ][o.e.n.Node] up", "2026-11-21T12:30:05.123Z"),
    ("[2026-11-21 14:30:05,123: INFO/MainProcess] up", "2026-11-21T12:30:05.123Z"),
    ("[2026-11-21T14:30:05.123+0100] [glassfish 4.1] up", "2026-11-21T13:30:05.123Z"),
    ("[#|2026-11-21T14:30:05.123+0100|INFO|up|#]", "2026-11-21T13:30:05.123Z"),
    ("\x1b[2m2026-11-21T14:30:05.123Z\x1b[0m \x1b[32m INFO\x1b[0m up", "2026-11-21T14:30:05.123Z"),
    ("\u{feff}2026-11-21T14:30:05Z up", "2026-11-21T14:30:05Z"),
    ("\0\0\0\0\0\0\0\x002026-11-21T14:30:05Z up", "2026-11-21T14:30:05Z"),
    ("2026-11-21T14:30:05.123+0000 I NETWORK  [conn1] end", "2026-11-21T14:30:05.123Z"),
    ("2026-11-21 14:30:05+01 host Installer[1]: up", "2026-11-21T13:30:05Z"),
    ("2026-11-21T14:30:05.123456Z 0 [Note] [MY-010747] up", "2026-11-21T14:30:05.123456Z"),
    ("2026-11-21 14:30 up", "2026-11-21T12:30:00Z"),
    ("Start-Date: 2026-11-21  14:30:05", "2026-11-21T12:30:05Z"),
    ("2026-11-21T14:30:05\u{2212}01:00 up", "2026-11-21T15:30:05Z"),
    ("2026-11-21 | 14:30:05.123 | INFO | up", "2026-11-21T12:30:05.123Z"),
    ("20261121143005,host,user,10.0.0.1,1,2,CONNECT", "2026-11-21T12:30:05Z"),
    ("20261121-14:30:05:606|Step_LSC|30002312|up", "2026-11-21T12:30:05.606Z"),
    ("20261121-14:30:5:16|Step_LSC|30002312|up", "2026-11-21T12:30:05.016Z"),
    ("{5F45546A-691D-4519-810C-9B159EA7A24F}\t2026-11-21 14:30:05:987+0100\t1", "2026-11-21T13:30:05.987Z"),
    ("api.log.1.2017-05-16_13:53:08 2026-11-21 14:30:05.008 25746 INFO up", "2026-11-21T12:30:05.008Z"),
    ("2026-11-21 host[1001430319]: 14:30:05 at 2026-11-21T14:30:05.666Z", "2026-11-21T14:30:05.666Z"),
    ("esx1 In(14) hostd[1001430319]: 2026-11-21T14:30:05.666Z up", "2026-11-21T14:30:05.666Z"),
    ("# Time: 2026-11-21T14:30:05.123456Z", "2026-11-21T14:30:05.123456Z"),
    ("Started GET \"/\" for 127.0.0.1 at 2026-11-21 14:30:05 +0000", "2026-11-21T14:30:05Z"),
    // Syslog.
    ("Nov 21 14:30:05 host sshd[1]: up", "2026-11-21T12:30:05Z"),
    ("<34>Nov  1 14:30:05 host su: up", "2026-11-01T12:30:05Z"),
    ("<165>1 2026-11-21T14:30:05.003Z host app 1 - - up", "2026-11-21T14:30:05.003Z"),
    ("Nov 21 2026 14:30:05: %ASA-6-302013: Built", "2026-11-21T12:30:05Z"),
    ("*Nov 21 14:30:05.123: %SYS-5-CONFIG_I: up", "2026-11-21T12:30:05.123Z"),
    ("Nov 21 14:30:05.123 UTC: %SYS-5-CONFIG_I: up", "2026-11-21T14:30:05.123Z"),
    ("RP/0/RSP0/CPU0:Nov 21 14:30:05.123 CET: ifmgr[1]: up", "2026-11-21T13:30:05.123Z"),
    ("<189>: 2026 Nov 21 14:30:05 UTC: %NEXUS-5: up", "2026-11-21T14:30:05Z"),
    ("[PST Nov 21 14:30:05] error    : up", "2026-11-21T22:30:05Z"),
    ("Nov 21 14:30:05 2026:host kernel: up", "2026-11-21T12:30:05Z"),
    ("ERROR: apport (pid 9) Sat Nov 21 14:30:05 2026 +01: called for pid 8", "2026-11-21T13:30:05Z"),
    ("INFO Nov-21 14:30:05 === Started libdnf-0.31.0 ===", "2026-11-21T12:30:05Z"),
    ("- 1795271405 2026.11.21 dn228 Nov 21 14:30:05 dn228/dn228 crond[2915]: up", "2026-11-21T14:30:05Z"),
    ("node-246 unix.hw state_change.unavailable 1795271405 1 up", "2026-11-21T14:30:05Z"),
    ("Sat 2026-11-21 14:30:05 UTC host sshd[1]: up", "2026-11-21T14:30:05Z"),
    ("1795271405.123456 host sshd[1]: up", "2026-11-21T14:30:05.123456Z"),
    // Ctime, RFC 2822, date(1).
    ("[Sat Nov 21 14:30:05.123456 2026] [core:error] up", "2026-11-21T12:30:05.123456Z"),
    ("Sat Nov 21 14:30:05 2026 [pid 1] CONNECT", "2026-11-21T12:30:05Z"),
    ("Sat Nov 21 14:30:05 CET 2026", "2026-11-21T13:30:05Z"),
    ("Sat Nov 21 02:30:05 PM UTC 2026", "2026-11-21T14:30:05Z"),
    ("Sat, 21 Nov 2026 14:30:05 +0100 up", "2026-11-21T13:30:05Z"),
    ("Sat Nov 21 14:30:05.123 [conn1] end connection", "2026-11-21T12:30:05.123Z"),
    (" Start Time:  Sat  Nov  21  2026 14:30:05", "2026-11-21T12:30:05Z"),
    // Web servers and proxies.
    ("127.0.0.1 - frank [21/Nov/2026:14:30:05 +0100] \"GET / HTTP/1.1\" 200 5", "2026-11-21T13:30:05Z"),
    ("::1 - a [b [21/Nov/2026:14:30:05 +0000] \"GET / HTTP/1.1\" 200 5", "2026-11-21T14:30:05Z"),
    ("127.0.0.1 - - [21/Nov/2026 14:30:05] \"GET / HTTP/1.1\" 200 -", "2026-11-21T12:30:05Z"),
    ("E [21/Nov/2026:14:30:05 +0100] cups up", "2026-11-21T13:30:05Z"),
    ("Nov 21 14:30:05 lb haproxy[1]: 10.0.0.1:1 [21/Nov/2026:14:29:59.000] fe be/s 0/0/0", "2026-11-21T12:30:05Z"),
    ("1795271405.123    123 10.0.0.1 TCP_MISS/200 5 GET http://x/ - DIRECT/- -", "2026-11-21T14:30:05.123Z"),
    ("2026-11-21T14:30:05.123456Z my-elb 10.0.0.1:1 10.0.0.2:80 0.1 0.2", "2026-11-21T14:30:05.123456Z"),
    ("https 2026-11-21T14:30:05.123456Z app/lb 10.0.0.1:1", "2026-11-21T14:30:05.123456Z"),
    (
        "2 123456789010 eni-1 10.0.0.1 10.0.0.2 443 49152 6 10 840 1795271405 1795271465 ACCEPT OK",
        "2026-11-21T14:30:05Z",
    ),
    ("owner bucket [21/Nov/2026:14:30:05 +0000] 10.0.0.1 - REST.GET.OBJECT", "2026-11-21T14:30:05Z"),
    ("192.168.1.1, -, 11/21/2026, 14:30:05, W3SVC1, host, 10.0.0.1, 1", "2026-11-21T12:30:05Z"),
    // Kubernetes and containers.
    ("I1121 14:30:05.123456   1234 server.go:12] up", "2026-11-21T12:30:05.123456Z"),
    ("I20261121 14:30:05.123456 1234 main.cc:12] up", "2026-11-21T12:30:05.123456Z"),
    ("2026-11-21T14:30:05.123456789Z stdout F up at 2020-01-01T00:00:00Z", "2026-11-21T14:30:05.123456789Z"),
    ("web-1  | 2026-11-21T14:30:05.123Z up", "2026-11-21T14:30:05.123Z"),
    ("pod-1 container 2026-11-21T14:30:05.123Z up", "2026-11-21T14:30:05.123Z"),
    (
        r#"{"log":"{\"time\":\"2020-01-01T00:00:00Z\"}\n","stream":"stdout","time":"2026-11-21T14:30:05.123Z"}"#,
        "2026-11-21T14:30:05.123Z",
    ),
    // Key and value.
    ("time=\"2026-11-21T14:30:05Z\" level=info msg=up", "2026-11-21T14:30:05Z"),
    ("level=info msg=\"a b\" ts=2026-11-21T14:30:05.123Z", "2026-11-21T14:30:05.123Z"),
    ("t=2026-11-21T14:30:05+0000 lvl=info msg=up", "2026-11-21T14:30:05Z"),
    ("level=info ts=1795271405.123 msg=up", "2026-11-21T14:30:05.123Z"),
    ("date=2026-11-21 time=14:30:05 devname=FG type=traffic", "2026-11-21T12:30:05Z"),
    ("type=SYSCALL msg=audit(1795271405.123:24287): arch=c000003e", "2026-11-21T14:30:05.123Z"),
    // JSON.
    (r#"{"level":"info","ts":1795271405.123,"msg":"up"}"#, "2026-11-21T14:30:05.123Z"),
    (r#"{"level":30,"time":1795271405123,"pid":1,"msg":"up"}"#, "2026-11-21T14:30:05.123Z"),
    (r#"{"request":{"time":1200000000},"@timestamp":"2026-11-21T14:30:05.123Z"}"#, "2026-11-21T14:30:05.123Z"),
    (r#"{"t":{"$date":"2026-11-21T14:30:05.123+00:00"},"s":"I","c":"NETWORK"}"#, "2026-11-21T14:30:05.123Z"),
    (r#"{"Timestamp":"2026-11-21T14:30:05.1234567+01:00","Level":"Information"}"#, "2026-11-21T13:30:05.1234567Z"),
    (r#"{"@t":"2026-11-21T14:30:05.1234567Z","@mt":"up"}"#, "2026-11-21T14:30:05.1234567Z"),
    (r#"{"asctime": "2026-11-21 14:30:05,123", "message": "up"}"#, "2026-11-21T12:30:05.123Z"),
    (r#"{"eventVersion":"1.08","eventTime":"2026-11-21T14:30:05Z","eventName":"Get"}"#, "2026-11-21T14:30:05Z"),
    (r#"{"__REALTIME_TIMESTAMP":"1795271405123456","MESSAGE":"up"}"#, "2026-11-21T14:30:05.123456Z"),
    (r#"{"instant":{"epochSecond":1795271405,"nanoOfSecond":123000000},"level":"INFO"}"#, "2026-11-21T14:30:05Z"),
    (r#"{"msg":"up","datetime":"2026-11-21 14:30:05.123 +01:00"}"#, "2026-11-21T13:30:05.123Z"),
    (r#"{"ts":1.795271405E9,"msg":"up"}"#, "2026-11-21T14:30:05Z"),
    (r#"{"ts":1.795271405123E12,"msg":"up"}"#, "2026-11-21T14:30:05.123Z"),
    (r#"{"timestamp":{"seconds":1795271405,"nanos":5},"msg":"up"}"#, "2026-11-21T14:30:05Z"),
    (r#"{"msec":"1795271405.123","status":200}"#, "2026-11-21T14:30:05.123Z"),
    (r#"{"ts_ms":1795271405123,"op":"c"}"#, "2026-11-21T14:30:05.123Z"),
    (r#"{"start":1795271405,"end":1795271465,"action":"ACCEPT"}"#, "2026-11-21T14:30:05Z"),
    (
        r#"{"EdgeStartTimestamp":"2026-11-21T14:30:05Z","EdgeEndTimestamp":"2026-11-21T14:30:09Z"}"#,
        "2026-11-21T14:30:05Z",
    ),
    // A level before the time.
    ("[INFO] 2026-11-21 14:30:05 up", "2026-11-21T12:30:05Z"),
    ("INFO  [2026-11-21 14:30:05,123] org.Foo: up", "2026-11-21T12:30:05.123Z"),
    ("INFO  [main] 2026-11-21 14:30:05,123 Foo.java:12 - up", "2026-11-21T12:30:05.123Z"),
    ("I, [2026-11-21T14:30:05.123456 #1234]  INFO -- : up", "2026-11-21T12:30:05.123456Z"),
    ("err     2026/11/21 14:30:05     SYSTEM: up", "2026-11-21T12:30:05Z"),
    // Seconds since the epoch, TAI, seconds since boot.
    ("1795271405 up", "2026-11-21T14:30:05Z"),
    ("1795271405123\tup", "2026-11-21T14:30:05.123Z"),
    ("[1795271405123456] up", "2026-11-21T14:30:05.123456Z"),
    ("[1795271405] SERVICE ALERT: host;load", "2026-11-21T14:30:05Z"),
    ("(1795271405.123456) vcan0 123#00", "2026-11-21T14:30:05.123456Z"),
    ("#1795271405", "2026-11-21T14:30:05Z"),
    ("1.795271405123e+09\tinfo\tsetup\tup", "2026-11-21T14:30:05.123Z"),
    ("1.7952714051234567e+09\tINFO\tcontroller", "2026-11-21T14:30:05.1234567Z"),
    ("@400000006b01aaf7075bcd15 up", "2026-11-21T14:30:05.123456789Z"),
    // Java, Windows, databases, games.
    ("Nov 21, 2026 2:30:05 PM com.foo.Bar main", "2026-11-21T12:30:05Z"),
    ("####<Nov 21, 2026 2:30:05 PM CET> <Info> <Server>", "2026-11-21T13:30:05Z"),
    ("[11/21/26 14:30:05:123 CET] 00000001 WsServer A up", "2026-11-21T13:30:05.123Z"),
    ("21-Nov-2026 14:30:05.123 INFO [main] org.apache up", "2026-11-21T12:30:05.123Z"),
    ("26/11/21 14:30:05 INFO SparkContext: Running Spark", "2026-11-21T12:30:05Z"),
    ("21-NOV-2026 14:30:05 * (CONNECT_DATA=(SID=x)) * establish", "2026-11-21T12:30:05Z"),
    ("1:M 21 Nov 2026 14:30:05.123 * Ready", "2026-11-21T12:30:05.123Z"),
    ("[1] 21 Nov 14:30:05.123 # Server started", "2026-11-21T12:30:05.123Z"),
    ("[21-Nov-2026 14:30:05 UTC] PHP Warning:  up", "2026-11-21T14:30:05Z"),
    ("[21-Nov-2026 14:30:05 Europe/Paris] PHP Warning:  up", "2026-11-21T13:30:05Z"),
    ("=INFO REPORT==== 21-Nov-2026::14:30:05 ===", "2026-11-21T12:30:05Z"),
    ("261121 14:30:05 mysqld_safe Starting", "2026-11-21T12:30:05Z"),
    ("261121  4:30:05\t    2 Connect", "2026-11-21T02:30:05Z"),
    ("11/21/2026 14:30:05.123 up", "2026-11-21T12:30:05.123Z"),
    ("21/11/2026 14:30:05 up", "2026-11-21T12:30:05Z"),
    ("21.11.2026 14:30:05 up", "2026-11-21T12:30:05Z"),
    ("11/21/2026 2:30:05 PM up", "2026-11-21T12:30:05Z"),
    ("11/21/2026-14:30:05.123456  [**] [1:1:1] up", "2026-11-21T12:30:05.123456Z"),
    ("11/21 14:30:05.123  SPELL_CAST", "2026-11-21T12:30:05.123Z"),
    ("11-21 14:30:05.123  1234  1234 I tag: up", "2026-11-21T12:30:05.123Z"),
    ("[ 11-21 14:30:05.123  1234: 1234 I/tag ]", "2026-11-21T12:30:05.123Z"),
    ("[1234:1234:1121/143005.123456:ERROR:file.cc(1)] up", "2026-11-21T12:30:05.123456Z"),
    ("1,2026/11/21 14:30:05,001,TRAFFIC,end", "2026-11-21T12:30:05Z"),
    ("Information,11/21/2026 2:30:05 PM,Source,1,None", "2026-11-21T12:30:05Z"),
    ("[11/21/2026 14:30.05.262] WudfCoInstaller: up", "2026-11-21T12:30:05.262Z"),
    ("--- START 2026\\11\\21 2:30:05 PM ---", "2026-11-21T12:30:05Z"),
    ("[11.21 14:30:05] chrome.exe - proxy.example:5070 open", "2026-11-21T12:30:05Z"),
    ("NOTE: 21NOV2026:14:30:05 SAS", "2026-11-21T12:30:05Z"),
    ("\"21Nov2026\" \"14:30:05\" \"accept\"", "2026-11-21T12:30:05Z"),
    ("date=2026-11-21,time=14:30:05,devname=FG", "2026-11-21T12:30:05Z"),
    ("Nov 21, 2026 @ 14:30:05.123 up", "2026-11-21T12:30:05.123Z"),
    ("14:30:05.123 CET 21/11/2026 up", "2026-11-21T13:30:05.123Z"),
    ("<![LOG[up]LOG]!><time=\"14:30:05.123-060\" date=\"11-21-2026\" component=\"c\">", "2026-11-21T13:30:05.123Z"),
    ("up  $$<c><11-21-2026 14:30:05.123+480><thread=1>", "2026-11-21T22:30:05.123Z"),
    // Months that are not in English.
    ("10.0.0.1 - - [21/nov./2026:14:30:05 +0100] \"GET /\" 401 5", "2026-11-21T13:30:05Z"),
    ("21. Nov 2026 14:30:05 up", "2026-11-21T12:30:05Z"),
    ("Sa 21. Nov 14:30:05 CET 2026 up", "2026-11-21T13:30:05Z"),
    // No date: the day is that of the log's last write, here at 10:00 on 2026-11-22.
    ("14:30:05.123 [main] INFO Foo - up", "2026-11-21T12:30:05.123Z"),
    ("[14:30:05] [Server thread/INFO]: up", "2026-11-21T12:30:05Z"),
    ("14:30:05,123 INFO  [org.jboss] up", "2026-11-21T12:30:05.123Z"),
    ("14:30:05.123 UTC up", "2026-11-21T14:30:05.123Z"),
    ("\x1b[90m2:30PM\x1b[0m \x1b[32mINF\x1b[0m up", "2026-11-21T12:30:00Z"),
];

fn context() -> TimeContext {
    TimeContext {
        zone: TimeZone::fixed(Offset::constant(2)),
        now: "2026-11-22T08:00:00Z".parse().expect("a time"),
        slack: SignedDuration::from_mins(1),
        hints: FormHints::default(),
        first: None,
        boot: None,
    }
}

fn read(log: &str) -> Result<Reader, String> {
    let context = context();
    let bytes = log.as_bytes();
    let learnt = learn(bytes, 0..bytes.len() as u64, &context, context.now).expect("memory can be read");
    learnt.map_err(|refusal| refusal.to_string())
}

#[test]
fn every_notation_is_learnt_from_one_line() {
    let mut wrong = Vec::new();
    for (line, expected) in SAMPLES {
        let found = read(&format!("{line}\n")).map(|reader| {
            let form = reader.form.to_string();
            let time = Sequence::new(Arc::new(reader)).next(line.as_bytes());
            (time.map_or("none".to_owned(), |time| time.to_string()), form)
        });
        if found.as_ref().map(|(time, _)| time.as_str()) != Ok(expected) {
            wrong.push(format!("{line}\n    {found:?}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), SAMPLES.len(), wrong.join("\n"));
}

#[test]
fn a_window_of_any_notation_equals_reading_each_line() {
    for (line, expected) in SAMPLES {
        // A log in which entries of several lines surround the line, which must be found again.
        let log = format!("{line}\n  of several\n").repeat(700);
        let reader = Arc::new(read(&log).unwrap_or_else(|error| panic!("{line}: {error}")));
        let time: Timestamp = expected.parse().expect("a time");
        let exactly = Period { since: Some(time), until: Some(time) };
        let found = find(log.as_bytes(), 0..log.len() as u64, &exactly, &reader).expect("memory can be read");
        assert_eq!(found.spans, vec![0..log.len() as u64], "{line}");
        let later = Period { since: Some(time + SignedDuration::from_secs(1)), until: None };
        let found = find(log.as_bytes(), 0..log.len() as u64, &later, &reader).expect("memory can be read");
        assert!(found.spans.is_empty(), "{line}");
    }
}

#[test]
fn other_texts_are_not_times() {
    for line in [
        "at 2026-11-21",
        "Nov",
        "November rain",
        "{}",
        "\"",
        "<34",
        "12:34:56:78:9a:bc dev eth0",
        "555-1234567890",
        "1.2.3.4 x",
        "sshd[1001430319]: x",
        "2026-11-21 14:30.5 x",
        "2.795271405123e+07 x",
    ] {
        assert!(read(&format!("{line}\n")).is_err(), "{line}");
    }
    // Regression: each of these was read as a time that it does not say.
    for line in ["Feb 31 14:30:05 host", "2026-13-21T01:47:04Z", "2026-11-21T25:47:04Z", "2026-11-21T14:30:05X up"] {
        assert!(read(&format!("{line}\n")).is_err(), "{line}");
    }
}

#[test]
fn ambiguous_days_and_months_are_an_error() {
    let unclear = read("05/06/2026 14:30:05 a\n06/06/2026 14:30:05 b\n");
    assert!(unclear.clone().is_err_and(|error| error.contains("--time-format '%d/%m/%Y %H:%M:%S")), "{unclear:?}");
    // A later line rules one of them out.
    assert!(read("05/06/2026 14:30:05 a\n13/06/2026 14:30:05 b\n").is_ok());
    assert!(read("2026-11-21 14:30:05 IST up\n").is_err_and(|error| error.contains("--time-zone")));
    // The year was skipped along with an unknown zone.
    assert!(read("Jan  1 14:30:05 WGST 2023 host up\n").is_err_and(|error| error.contains("--time-zone")));
}

/// Returns a log with an entry every 40 seconds over the end of summer time in 2026, in local time,
/// and the entries' times.
///
/// Some neighbours are out of order, and some entries have two lines.
fn autumn() -> (String, Vec<(Timestamp, String)>) {
    let zone = TimeZone::get("Europe/Paris").expect("the zone database");
    let start: Timestamp = "2026-10-24T22:00:00Z".parse().expect("a time");
    let mut entries: Vec<_> = (0..600i64)
        .map(|number| {
            let time = start + SignedDuration::from_secs(number * 40);
            let text =
                format!("{} entry {number}\n  more\n", time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S"));
            (time, text)
        })
        .collect();
    for pair in (0..599).step_by(7) {
        entries.swap(pair, pair + 1);
    }
    (entries.iter().map(|(_, text)| text.as_str()).collect(), entries)
}

#[test]
fn repeated_hours_and_disorder_are_exact_to_the_line() {
    let (log, entries) = autumn();
    let context = TimeContext { zone: TimeZone::get("Europe/Paris").expect("the zone database"), ..context() };
    let whole = 0..log.len() as u64;
    let reader = Arc::new(learn(log.as_bytes(), whole.clone(), &context, context.now).unwrap().unwrap());
    for step in 0..150i64 {
        let since = entries[0].0 + SignedDuration::from_secs(step * 160 + 1);
        let period = Period { since: Some(since), until: Some(since + SignedDuration::from_mins(25)) };
        let expected: String =
            entries.iter().filter(|(time, _)| period.contains(*time)).map(|(_, text)| text.as_str()).collect();
        let found = find(log.as_bytes(), whole.clone(), &period, &reader).unwrap();
        let picked: String = found.spans.iter().map(|span| &log[span.start as usize..span.end as usize]).collect();
        assert_eq!(picked, expected, "from {since}");
        assert_eq!(found.disorder, None);
        let mut window = super::StreamWindow::new(period, context.clone());
        let mut streamed = Vec::new();
        let mut keep = |kept, bytes: &[u8]| {
            if kept {
                streamed.extend_from_slice(bytes);
            }
        };
        for piece in log.as_bytes().chunks(1 + step as usize * 7) {
            window.feed(piece, &mut keep).unwrap();
        }
        window.finish(&mut keep).unwrap();
        assert_eq!(String::from_utf8_lossy(&streamed), expected, "from {since}");
    }
}

#[test]
fn a_year_and_a_day_that_lines_leave_out_go_by_their_order() {
    let log = "Dec 31 23:59:58 host a\nDec 31 23:59:59 host b\nJan  1 00:00:01 host c\nJan  2 00:00:00 host d\n";
    let times = |log: &str, context: &TimeContext| {
        let reader = learn(log.as_bytes(), 0..log.len() as u64, context, context.now).unwrap().unwrap();
        let mut sequence = Sequence::new(Arc::new(reader));
        log.lines().filter_map(|line| sequence.next(line.as_bytes())).map(|time| time.to_string()).collect::<Vec<_>>()
    };
    let context = context();
    assert_eq!(
        times(log, &context),
        ["2025-12-31T21:59:58Z", "2025-12-31T21:59:59Z", "2025-12-31T22:00:01Z", "2026-01-01T22:00:00Z"]
    );
    let named = TimeContext { first: Some(super::parse_first_date("2020").unwrap()), ..context.clone() };
    assert_eq!(times(log, &named)[2], "2020-12-31T22:00:01Z");
    // A copy that was touched later: no line is later than the file's last change.
    let late = "Oct 30 10:00:00 host a\nDec 25 10:00:00 host b\n";
    assert_eq!(times(late, &context), ["2025-10-30T08:00:00Z", "2025-12-25T08:00:00Z"]);
    let bare = "23:59:58.5 a\n23:59:59.9 b\n00:00:00.1 c\n23:59:59.95 late\n00:00:02.0 d\n23:00:00.0 e\n00:30:00.0 f\n";
    let days = times(bare, &context);
    assert_eq!(days[0], "2026-11-20T21:59:58.5Z");
    assert_eq!(days[3], "2026-11-20T21:59:59.95Z");
    assert_eq!(days[4], "2026-11-20T22:00:02Z");
    assert_eq!(days[6], "2026-11-21T22:30:00Z");
}

#[test]
fn typed_times() {
    let now = "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap().to_zoned(TimeZone::fixed(Offset::constant(2)));
    for (text, first, last) in [
        ("9:30", "2026-11-21T07:30:00Z", ""),
        ("14:30:05", "2026-11-21T12:30:05Z", ""),
        ("3pm", "2026-11-21T13:00:00Z", "2026-11-21T13:59:59.999999999Z"),
        ("3:15 PM", "2026-11-21T13:15:00Z", ""),
        ("yesterday 14:30", "2026-11-20T12:30:00Z", ""),
        ("today 09:00", "2026-11-21T07:00:00Z", ""),
        ("today", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("2026-11-21", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("20261121", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("21/Nov/2026", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("2026-11", "2026-10-31T22:00:00Z", "2026-11-30T21:59:59.999999999Z"),
        ("2026-11-21 14", "2026-11-21T12:00:00Z", "2026-11-21T12:59:59.999999999Z"),
        ("2026-11-21T14:30", "2026-11-21T12:30:00Z", ""),
        ("2026-11-21T14:30Z", "2026-11-21T14:30:00Z", ""),
        ("2026-11-21 14:30 Europe/Paris", "2026-11-21T13:30:00Z", ""),
        ("Nov 21 14:30", "2026-11-21T12:30:00Z", ""),
        ("Nov 21", "2026-11-20T22:00:00Z", "2026-11-21T21:59:59.999999999Z"),
        ("Dec 24 10:00:00", "2025-12-24T08:00:00Z", ""),
        ("Sat Nov 21 14:30:00 UTC 2026", "2026-11-21T14:30:00Z", ""),
        ("Sat Nov 21 02:30:00 PM UTC 2026", "2026-11-21T14:30:00Z", ""),
        ("Sat, 21 Nov 2026 14:30:00 +0100", "2026-11-21T13:30:00Z", ""),
        ("Sat 2026-11-21 14:30:00 CET", "2026-11-21T13:30:00Z", ""),
        ("21/Nov/2026:14:30:00 +0100", "2026-11-21T13:30:00Z", ""),
        ("@1795271405", "2026-11-21T14:30:05Z", ""),
        ("1795271405.5", "2026-11-21T14:30:05.5Z", ""),
        ("@0", "1970-01-01T00:00:00Z", ""),
        ("now", "2026-11-21T12:00:00Z", ""),
        ("now-1h", "2026-11-21T11:00:00Z", ""),
        ("90m", "2026-11-21T10:30:00Z", ""),
        ("2 hours ago", "2026-11-21T10:00:00Z", ""),
        ("+10m", "2026-11-21T12:10:00Z", ""),
        ("7d", "2026-11-14T12:00:00Z", ""),
    ] {
        let typed = super::parse_time(text, &now).map(|typed| (typed.first.to_string(), typed.last.to_string()));
        let last = if last.is_empty() { first } else { last };
        assert_eq!(typed, Ok((first.to_owned(), last.to_owned())), "{text}");
    }
    for text in [
        "",
        "soon",
        "2026-13-01",
        "25:00",
        "2026-11-21T",
        "2026-11-21 14:30 x",
        "12",
        "@",
        "+",
        "05/06/2026 14:30",
        "13pm",
    ] {
        assert!(super::parse_time(text, &now).is_err(), "{text}");
    }
    let around = super::parse_around("14:30±10m", &now, None).unwrap();
    assert_eq!(around.since.unwrap().to_string(), "2026-11-21T12:20:00Z");
}
