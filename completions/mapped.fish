# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mapped_global_optspecs
    string join \n h/help V/version
end

function __fish_mapped_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mapped_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_mapped_using_subcommand
    set -l cmd (__fish_mapped_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mapped -n "__fish_mapped_needs_command" -s h -l help -d 'Print help'
complete -c mapped -n "__fish_mapped_needs_command" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "bench" -d 'Compare mmap and read on your files, your machine and your access pattern'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "cat" -d 'Write files to standard output'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "checksum" -d 'Print or check digests of files'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "grep" -d 'Print the lines that match a pattern'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "hexdump" -d 'Show bytes in hexadecimal and other notations, and convert dumps back to bytes'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "stat" -d 'Show file metadata, extents, page cache residency, and the processes that use a file'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "help" -d 'Show the help of a subcommand or a topic'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "man" -d 'Show the man page of a subcommand or a topic'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c mapped -n "__fish_mapped_needs_command" -f -a "links" -d 'Create links that make this program act as cat, grep, xxd and other classic tools'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l file-size -d 'Size of the temporary file [default: 256M]' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l work -d 'Work to do on the bytes: touch (one byte per page), sum (all bytes), lines (count them), search:PATTERN (count occurrences), hash:ALGORITHM (a name from checksum), copy (into private memory)' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l pattern -d 'Access pattern' -r -f -a "sequential\t'From start to end'
random\t'Blocks in shuffled order, each once, at most 16384 of them'
stride\t'One block at each multiple of the stride'"
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l stride -d 'Distance between accesses with --pattern stride [default: 64K]' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l ways -d 'Measure only these ways of reading [default: all; those that use O_DIRECT only with --cold]' -r -f -a "read\t'read(2) into a buffer, one thread'
pread\t'pread(2) into a buffer for each thread'
nowait\t'preadv2(2) with RWF_NOWAIT, then pread(2) for uncached data'
direct\t'pread(2) with O_DIRECT, one thread for each request in flight'
uring\t'io_uring, several requests in flight'
uring-fixed\t'io_uring with registered buffers'
uring-direct\t'io_uring with registered buffers and O_DIRECT'
map\t'One mapping of the whole file'
map-advised\t'One mapping with MADV_SEQUENTIAL (MADV_RANDOM for random and stride)'
map-willneed\t'One mapping with MADV_WILLNEED'
map-populate\t'One mapping with MAP_POPULATE'
map-populate-read\t'One mapping, populated by MADV_POPULATE_READ'
map-prefetch\t'One mapping with the next accesses requested ahead'
map-hugepage\t'One mapping with MADV_HUGEPAGE'
map-collapse\t'One mapping, moved to huge pages by MADV_COLLAPSE'
map-private\t'One mapping as MAP_PRIVATE rather than MAP_SHARED'
windows\t'One mapping per block, populated and unmapped again'
windows-prefetch\t'One mapping per block with MADV_HUGEPAGE, as with --io auto (random and stride: with the next blocks requested ahead)'"
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l queue-depth -d 'Requests in flight with O_DIRECT, io_uring and prefetching [default: 4, or 32 with --pattern random or stride]' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l threads -d 'Threads for the parallel ways [default: one per processor]' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l block-size -d 'Buffer and window sizes to measure; with --pattern random or stride, access sizes' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l runs -d 'Number of measured runs per way' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l until-certain -d 'Keep doubling the number of runs until the difference exceeds the noise, up to N runs per way' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l seed -d 'Seed for shuffling, printed so that a run can be repeated' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l label -d 'Name this run in --json and --csv' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l compare -d 'Compare with an earlier run, saved with --json in FILE' -r -F
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l plot -d 'Also write a chart to FILE.svg' -r -F
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l stats -d 'Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there' -r
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l progress -d 'When to show a progress bar on standard error' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l color -l colour -d 'When to use colour' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l cold -d 'Measure with none of the file cached'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l warm -d 'Measure with all of the file cached (default)'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l both -d 'Measure both cold and warm'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l auto -d 'Also measure --io auto and compare it with the fastest way'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l json -d 'Print one JSON document (docs/bench.schema.json)'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -l csv -d 'Print comma-separated values'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mapped -n "__fish_mapped_using_subcommand bench" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l lines -d 'Print only these lines of each file: 100:200, :50, 1000:, -100: (the last hundred), 100:+20, 7, 1:9~3' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l lines-from -d 'Also print the lines in the ranges that file LIST contains, separated by white space; - is standard input' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l around-byte -d 'Print the line that contains byte N, counted from 0 as by grep -b, and five lines on each side, or LINES' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l separator -d 'With --reverse, print records that end with TEXT, or with NUL if it is empty, instead of lines' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l bytes -d 'Print only these bytes of each file, counted from 1; RANGE is as for --lines, also with sizes such as 64K' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l since -d 'Print only log entries from TIME onward' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l until -d 'Print only log entries up to and including TIME' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l around -d 'Print only log entries within 5 minutes of TIME; 14:30+-10m sets another distance' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l slack -d 'Find entries that are out of order by up to SPAN' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l time-zone -d 'Read times without a zone as times in ZONE, such as Europe/Paris or +01:00 [default: the local zone]' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l year -d 'Set the year of the first entry in logs without years, or its date, YYYY-MM-DD, in logs without dates' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l time-format -d 'Parse times with FORMAT, as strptime does' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l time-key -d 'Read the time from field KEY of JSON objects or key=value pairs' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l shard -d 'Print part I of N equal parts, split at line ends' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s f -l follow -d 'Print the last ten lines, then data as it is appended; BY is descriptor (the default) or name' -r -f -a "descriptor\t'The open file, even after it is renamed'
name\t'The name, even after logs are rotated'"
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l pid -d 'With --follow, stop when process PID exits' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l io -d 'How input is read' -r -f -a "auto\t'Map files that benefit from it, and read the rest'
mmap\t'Map every input, and fail for those that cannot be mapped'
read\t'Never map'"
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l threads -d 'Number of worker threads [default: one per processor]' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l block-size -d 'Size of mapped windows and read buffers' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l offset -d 'Skip to this byte offset in each input; negative offsets count from the end' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l length -d 'Read at most SIZE bytes of each input' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l progress -d 'When to show a progress bar on standard error' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l stats -d 'Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there' -r
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l color -l colour -d 'When to use colour' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s A -l show-all -d 'Show everything: same as -vET'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s b -l number-nonblank -d 'Number nonempty lines; overrides -n'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s e -d 'Same as -vE'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s E -l show-ends -d 'Show $ at the end of each line, and a carriage return before it as ^M'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s n -l number -d 'Number all lines'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s s -l squeeze-blank -d 'Squeeze runs of empty lines into one'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s t -d 'Same as -vT'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s T -l show-tabs -d 'Show tabs as ^I'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s u -d 'Ignored; accepted for compatibility'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s v -l show-nonprinting -d 'Show control characters as ^X and bytes above 127 as M-x, except tabs and newlines'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l sanitize -d 'Escape control characters, escape sequences, malformed UTF-8 and bidirectional overrides'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s z -l null-data -d 'Read lines that end with NUL instead of newline'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l reverse -d 'Print lines in reverse order, as tac does'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l separator-before -d 'With --reverse, print each separator or newline before the record that follows it in the file'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l utc -d 'Read times without a zone as UTC'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l merge -d 'Merge all files into one log, ordered by time'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s F -d 'Same as --follow=name'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s H -l with-filename -d 'With --follow or --merge, print the file\'s name before each line'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l heading -d 'Print each file\'s name above its contents, as head and tail do for several files'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l no-heading -d 'Print no file names above contents, not even with --follow'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -l decompress -d 'Decode compressed files, recognized by their content: gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mapped -n "__fish_mapped_using_subcommand cat" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s a -l algorithm -d 'Algorithm, or several separated by commas and computed in one pass; see --list-algorithms' -r -f -a "blake3\t''
sha256\t''
sha224\t''
sha384\t''
sha512\t''
sha512-256\t''
sha512-224\t''
sha3-224\t''
sha3-256\t''
sha3-384\t''
sha3-512\t''
sha1\t''
md5\t''
blake2b\t''
blake2s\t''
blake2bp\t''
blake2sp\t''
ripemd160\t''
sm3\t''
crc\t''
crc32b\t''
bsd\t''
sysv\t''
crc32\t''
crc32c\t''
crc64-xz\t''
crc64-nvme\t''
adler32\t''
xxh32\t''
xxh64\t''
xxh3\t''
xxh128\t''"
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s l -l length -d 'Digest length: in bits for blake2, sha2 and sha3, as in b2sum and cksum; in bytes for blake3, as in b3sum' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l files0-from -d 'Read NUL-terminated file names from FILE; - is standard input' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l expect -d 'Compare the digest of FILE with DIGEST, in hexadecimal or base64' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l pieces -d 'Print a digest for each piece of SIZE bytes, as md5deep -p does' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l directory -d 'Look for the listed files below DIR' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l derive-key -d 'Use key derivation mode with this context string' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l seek -d 'Start the digest at this byte of BLAKE3\'s output' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l num-threads -d 'b3sum\'s name for --threads; 0 means one per processor' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l io -d 'How input is read' -r -f -a "auto\t'Map files that benefit from it, and read the rest'
mmap\t'Map every input, and fail for those that cannot be mapped'
read\t'Never map'"
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l threads -d 'Number of worker threads [default: one per processor]' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l block-size -d 'Size of mapped windows and read buffers' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l offset -d 'Skip to this byte offset in each input; negative offsets count from the end' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l progress -d 'When to show a progress bar on standard error' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l stats -d 'Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l color -l colour -d 'When to use colour' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l bytes -d 'Read at most SIZE bytes of each input' -r
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l list-algorithms -d 'List the algorithms and exit'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s r -l recursive -d 'Digest all regular files below a directory, in byte order of their names'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l decompress -d 'Digest the decoded contents of compressed files, which are recognized by their content'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l tag -d 'Write BSD-style lines, `SHA256 (FILE) = DIGEST`'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l untagged -d 'Write `DIGEST  FILE` lines'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s b -l binary -d 'Mark files as read in binary mode, with `*` before the name; the digest is the same'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s t -l text -d 'Mark files as read in text mode, with a space before the name (default)'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s z -l zero -d 'End each line with NUL, not newline, and do not escape names; with --check, read such lists'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l base64 -d 'Write digests in base64 rather than hexadecimal'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l raw -d 'Write the raw bytes of a single file\'s digest'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l json -d 'Write one JSON object per line'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l no-names -d 'Omit file names'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s c -l check -d 'Read digests from the files and verify them'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l audit -d 'Like --check, and also report files that are not in the list, have moved, or are missing'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l quiet -d 'Do not print OK for each verified file'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l status -d 'Print nothing; the exit status shows the result'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l strict -d 'Exit with failure for improperly formatted lines'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s w -l warn -d 'Warn about each improperly formatted line'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l ignore-missing -d 'Skip missing files silently'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l keyed -d 'Use keyed mode, with the key read from standard input (32 bytes)'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -l no-mmap -d 'b3sum\'s name for --io=read'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mapped -n "__fish_mapped_using_subcommand checksum" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s e -l regexp -d 'Search for PATTERN; may be repeated, and a line that matches any pattern is selected' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s f -l file -d 'Read patterns from FILE, one per line; - means standard input' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l and -d 'Select only lines that also match PATTERN' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l not -d 'Select only lines that do not match PATTERN' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l engine -d 'Regex engine for patterns without a dialect option' -r -f -a "default\t'The Rust regex engine'
pcre2\t'PCRE2, as with -P'
auto\t'PCRE2 for patterns that the Rust engine rejects'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l regex-size-limit -d 'Reject patterns that compile to more than SIZE' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l dfa-size-limit -d 'Limit the automaton that is built during a search to SIZE' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s m -l max-count -d 'Stop after N selected lines per file' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l last -d 'Print only the last N selected lines per file, reading from its end' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l top -d 'Print only the N most frequent output lines with their counts, most frequent first' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l timeline -d 'Print the number of selected lines in each span of time, such as 10m, 1h or 1d' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l plot -d 'Also write a chart to FILE.svg' -r -F
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l label -d 'Name to print for standard input' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s A -l after-context -d 'Print N lines after each selected line' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s B -l before-context -d 'Print N lines before each selected line' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s C -l context -d 'Print N lines before and after each selected line; -N is short for it, as in -3' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l group-separator -d 'Print TEXT between groups of lines' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l context-separator -d 'Print TEXT between groups of lines; escapes such as \\t and \\x7F are interpreted' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s M -l max-columns -d 'Print a note instead of lines and matches longer than N bytes; 0 means no limit' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l max-columns-preview -d 'Show part of each line that exceeds the limit of -M' -r -f -a "start\t'The first bytes, and the number of matches that follow'
match\t'The bytes around the first match'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l replace -d 'Print lines with each match replaced by TEXT, in which $1 and ${name} stand for groups' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l colors -d 'Set an output color, as in \'match:fg:red\' or \'path:none\'; may be repeated' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l field-match-separator -d 'Print TEXT instead of a colon between the fields before a selected line; escapes are interpreted' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l field-context-separator -d 'Print TEXT instead of a hyphen between the fields before a context line; escapes are interpreted' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l path-separator -d 'Print CHARACTER instead of slashes in file names' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s d -l directories -d 'How to handle directories' -r -f -a "read\t'Report an error'
skip\t'Skip silently'
recurse\t'Search recursively, as with -r'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l include -d 'Search only files whose name matches GLOB' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l exclude -d 'Skip files whose name matches GLOB' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l exclude-from -d 'Skip files whose name matches a glob from FILE, one per line' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l exclude-dir -d 'Skip directories whose name matches GLOB' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s g -l glob -d 'Search only files whose path matches GLOB; !GLOB skips matching files and directories' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l iglob -d 'Search only files whose path matches GLOB, as with -g, ignoring case' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s t -l type -d 'Search only files of a type, such as rust or py; --type-list shows all types' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l type-not -d 'Skip files of a type' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l type-add -d 'Add globs to a file type, as in \'web:*.html\' or \'web:include:html,css\'' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l type-clear -d 'Remove all globs of a file type, before those of --type-add' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l max-depth -l maxdepth -d 'Search at most N levels of directories; the files of the directory itself are level 1' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l max-filesize -d 'Skip files larger than SIZE' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l sort -d 'Search files in this order' -r -f -a "none\t'In the order in which files are found'
path\t'By path'
modified\t'By the time of last modification'
accessed\t'By the time of last access'
created\t'By the time of creation'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l sortr -d 'Search files in the reverse of this order' -r -f -a "none\t'In the order in which files are found'
path\t'By path'
modified\t'By the time of last modification'
accessed\t'By the time of last access'
created\t'By the time of creation'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s D -l devices -d 'How to handle devices, FIFOs and sockets; those found in directories are always skipped' -r -f -a "read\t'Read devices'
skip\t'Skip silently'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-file -d 'Skip files listed in FILE, in .gitignore syntax, even without --ignore' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l binary-files -d 'How to handle binary files' -r -f -a "binary\t'Report that it matches, without its lines'
text\t'Search as text, as with -a'
without-match\t'Skip, as with -I'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l encoding -d 'Decode text from this encoding (a WHATWG name), by its byte order mark (auto), or not at all (none)' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l shard -d 'Search only the lines that start in the I-th of N equal parts of each file, I from 1' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l since -d 'Print only log entries from TIME onward' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l until -d 'Print only log entries up to and including TIME' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l around -d 'Print only log entries within 5 minutes of TIME; 14:30+-10m sets another distance' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l slack -d 'Find entries that are out of order by up to SPAN' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l time-zone -d 'Read times without a zone as times in ZONE, such as Europe/Paris or +01:00 [default: the local zone]' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l year -d 'Set the year of the first entry in logs without years, or its date, YYYY-MM-DD, in logs without dates' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l time-format -d 'Parse times with FORMAT, as strptime does' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l time-key -d 'Read the time from field KEY of JSON objects or key=value pairs' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l follow -d 'Keep searching data as it is appended, by descriptor (even if the file is renamed) or by name (even if it is replaced)' -r -f -a "descriptor\t'The open file, even after it is renamed'
name\t'The name, even after logs are rotated'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l io -d 'How input is read' -r -f -a "auto\t'Map files that benefit from it, and read the rest'
mmap\t'Map every input, and fail for those that cannot be mapped'
read\t'Never map'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l block-size -d 'Size of mapped windows and read buffers' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l offset -d 'Skip to this byte offset in each input; negative offsets count from the end' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l length -d 'Read at most SIZE bytes of each input' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l progress -d 'When to show a progress bar on standard error' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l stats -d 'Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l color -l colour -d 'When to use colour' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s j -l threads -d 'Number of worker threads [default: one per processor]' -r
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l help -d 'Print help'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s E -l extended-regexp -d 'Read patterns as POSIX extended regular expressions'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s G -l basic-regexp -d 'Read patterns as POSIX basic regular expressions, the default of GNU grep'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s F -l fixed-strings -d 'Read patterns as plain strings'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s P -l perl-regexp -l pcre2 -d 'Read patterns as Perl regular expressions (PCRE2), with look-around and back-references'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s i -l ignore-case -d 'Ignore case'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-case -l case-sensitive -d 'Match case exactly, the default'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s S -l smart-case -d 'Ignore case unless a pattern contains an upper-case letter'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s w -l word-regexp -d 'Match only whole words'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s x -l line-regexp -d 'Match only whole lines'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s v -l invert-match -d 'Select lines that do not match'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s U -l multiline -d 'Let matches span lines; holds a whole input in memory if the pattern can match a newline'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l multiline-dotall -d 'Let `.` match newlines with -U'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l crlf -d 'Treat a carriage return before a newline as part of the line ending'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s z -l null-data -d 'Read lines that end with NUL instead of newline'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l auto-hybrid-regex -d 'Run patterns with PCRE2 where they need it, as with --engine=auto'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-unicode -l no-pcre2-unicode -d 'Match bytes instead of Unicode characters in patterns without a dialect option'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s c -l count -d 'Print only the number of selected lines per file'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l include-zero -d 'Print counts of 0 too, the default'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-include-zero -d 'Suppress counts of 0'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l count-matches -d 'Print only the number of matches per file'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s l -l files-with-matches -d 'Print only the names of files with selected lines'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s L -l files-without-match -d 'Print only the names of files without selected lines'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s q -l quiet -l silent -d 'Print nothing and stop at the first match; the exit status shows whether there was one'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s o -l only-matching -d 'Print only the matches, each on a line of its own'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s n -l line-number -d 'Print line numbers'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s N -l no-line-number -d 'Suppress line numbers'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l column -d 'Print line numbers and the column of the first match, in bytes from 1'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-column -d 'Suppress columns, including those of --vimgrep'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s b -l byte-offset -d 'Print the byte offset of each line, or of each match with -o'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s H -l with-filename -d 'Print file names before lines, the default for several files'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s h -l no-filename -d 'Suppress file names'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l heading -d 'Print each file name once, above its lines, the default on a terminal'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-heading -d 'Print file names before lines on a terminal too'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s T -l initial-tab -d 'Align numbers and start lines at a tab stop'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s Z -l null -d 'Print a NUL byte after each file name'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-group-separator -l no-context-separator -d 'Print nothing between groups of lines'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l passthru -l passthrough -d 'Print all lines, with nonmatching lines as context'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l vimgrep -d 'Print each matching line once per match, with file name, line number and column'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l trim -d 'Remove blanks at the start of lines'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l stop-on-nonmatch -d 'Stop at the first nonmatching line after a matching one'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l json -d 'Print one JSON message per line, in ripgrep\'s format'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s p -l pretty -d 'Same as --color=always --heading --line-number'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l line-buffered -d 'Write each line as soon as it is found'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s r -l recursive -d 'Search directories recursively, in name order; the working directory by default'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s R -l dereference-recursive -d 'Search directories recursively and follow all symbolic links'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l glob-case-insensitive -d 'Ignore case in -g globs'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l type-list -d 'List all file types and exit'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l one-file-system -d 'Skip directories on other file systems than the one the search starts in'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l files -d 'Print the names of the files that would be searched; no PATTERN is given'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l sort-files -d 'Search files in the order of their paths, as with --sort=path'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore -d 'Skip hidden files and files listed in .gitignore, .ignore and .rgignore'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore -d 'Use no ignore files, the default'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-file-case-insensitive -d 'Ignore case in ignore files'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-dot -d 'With --ignore, do not use .ignore and .rgignore files'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-exclude -d 'With --ignore, do not use .git/info/exclude'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-files -d 'Do not use the files of --ignore-file'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-global -d 'With --ignore, do not use the global gitignore file'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-parent -d 'With --ignore, do not use ignore files in parent directories'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-vcs -d 'With --ignore, do not use .gitignore files'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-require-git -d 'With --ignore, use .gitignore files outside git repositories too'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l hidden -d 'With --ignore, search hidden files too'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l binary -d 'No effect; accepted for compatibility with GNU grep'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s u -l unix-byte-offsets -d 'No effect but a warning; accepted for compatibility with GNU grep'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s a -l text -d 'Search binary files as text'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s I -d 'Skip binary files'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l decompress -l search-zip -d 'Decompress gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress files, recognized by their content'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l merge -d 'Print the matches in all files ordered by time, as `mapped cat --merge` does'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l utc -d 'Read times without a zone as UTC'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l mmap -d 'Map files that benefit from it, the default, as with --io=auto'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-mmap -d 'Never map files, as with --io=read'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s s -l no-messages -d 'Suppress messages about files that cannot be read'
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-crlf
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-decompress
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-encoding
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-hidden
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-ignore-file-case-insensitive
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-invert-match
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-json
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-line-buffered
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-max-columns-preview
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-multiline
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-multiline-dotall
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-pcre2
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-stats
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-text
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l no-trim
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-dot
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-exclude
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-files
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-global
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-parent
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l ignore-vcs
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l messages
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l require-git
complete -c mapped -n "__fish_mapped_using_subcommand grep" -l unicode
complete -c mapped -n "__fish_mapped_using_subcommand grep" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s f -l format -d 'Set the format: one of these, a format of hexdump(1), or a file of such formats' -r -f -a "canonical\t'Hexadecimal and characters, as `hexdump -C` (default)'
xxd\t'Hexadecimal and characters, as `xxd`'
plain\t'Hexadecimal digits only, as `xxd -p`'
c\t'C array, as `xxd -i`'
binary\t'Binary digits and characters, as `xxd -b`'
octal\t'Two bytes in octal, as `hexdump -o`'
decimal\t'Two bytes in decimal, as `hexdump -d`'
hex\t'Two bytes in hexadecimal, as `hexdump` without options'
panels\t'Panels with borders, as `hexyl`'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l format-file -d 'Use the formats in FILE, one per line' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l type -d 'Print fields of a type, as `od -t`: a, c, or d, o, u, x, f with a size, and z for characters; may be repeated' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s w -l width -l cols -d 'Set the bytes per row, or fill the terminal [default: 16; 30 with plain, 12 with c, 6 with binary]' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s g -l group -l group-size -d 'Set the number of bytes per group; 0 is the whole row [default: 1; 2 with xxd, 4 with --endian little]' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l endian -d 'Set the byte order within a group or word' -r -f -a "little\t'Last byte first'
big\t'First byte first'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l base -d 'Set the address of the first byte; negative addresses wrap around' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l second-base -d 'With --type, also show addresses from ADDRESS on, in parentheses, as the LABEL of od' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s A -l address-radix -d 'Set the notation of addresses [default: hexadecimal; octal with --type]' -r -f -a "hexadecimal\t'Base 16'
decimal\t'Base 10'
octal\t'Base 8'
none\t'No addresses'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l find -d 'Search for bytes, and start at the row of the first match; may be repeated' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l context -d 'Show N rows before the one with the match; with --all and --diff, also N rows after it' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l second-offset -d 'With --diff, skip to this offset in the second file [default: the same as --offset]' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l character-table -d 'Set the characters shown for bytes; `default`, `codepage-437` and `braille` only in panels' -r -f -a "default\t'ASCII unchanged, \'⋄\' for zero, \'_\' for white space, \'•\' for other control characters, \'×\' from 0x80 on'
ascii\t'ASCII unchanged, \'.\' for the rest'
codepage-437\t'Code page 437, as the IBM PC showed every byte'
braille\t'ASCII unchanged, the rest as braille patterns of their bits'
ebcdic\t'EBCDIC, as with `xxd -E`, \'.\' for the rest'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l panels -d 'Set the number of panels, or fill the terminal; implies `--format panels`' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l border -d 'Set the borders of panels; implies `--format panels`' -r -f -a "unicode\t'Box-drawing characters'
ascii\t'`+`, `-` and `|`'
none\t'Blanks'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l name -d 'Name the array of --format c [default: made from the file name]' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l io -d 'How input is read' -r -f -a "auto\t'Map files that benefit from it, and read the rest'
mmap\t'Map every input, and fail for those that cannot be mapped'
read\t'Never map'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l threads -d 'Number of worker threads [default: one per processor]' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l block-size -d 'Size of mapped windows and read buffers' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l progress -d 'When to show a progress bar on standard error' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l stats -d 'Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l color -l colour -d 'When to use colour' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s s -l offset -l skip -d 'Skip to this byte offset in each input; negative offsets count from the end' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s n -s l -l length -d 'Read at most SIZE bytes of each input' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s e -d 'Use a format string of hexdump(1); without one, same as `--endian little`, as in `xxd -e`' -r
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s b -l one-byte-octal -d 'Show bytes in octal; several displays and formats print one line each'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s X -l one-byte-hex -d 'Show bytes in hexadecimal'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s c -l one-byte-char -d 'Show bytes as characters or escapes'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s C -l canonical -d 'Show hexadecimal and characters (default)'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s d -l two-bytes-decimal -d 'Show two bytes in decimal'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s o -l two-bytes-octal -d 'Show two bytes in octal'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s x -l two-bytes-hex -d 'Show two bytes in hexadecimal'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s p -l plain -l postscript -d 'Print plain digits without addresses, as `xxd -p` [same as: --format plain]'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s i -l include -d 'Print a C array, as `xxd -i`; in binary with -b [same as: --format c]'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s r -l reverse -l revert -d 'Convert a dump back into bytes'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s v -l no-squeezing -d 'Show every row, even if it repeats the row before'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s a -l squeeze -l autoskip -d 'In the formats of xxd, replace more than two rows of zeros with one `*`, as `xxd -a`'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s u -l upper -d 'Use upper-case hexadecimal digits'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l text -d 'Read the patterns of --find as text'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l hex -d 'Read the patterns of --find as hexadecimal digits'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l utf16 -d 'Read the patterns of --find as text in little-endian UTF-16'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l all -d 'List every match of --find: its address, and the bytes starting there'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l count -d 'Print only the number of matches of --find'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l diff -d 'Compare two files, and print the rows that differ side by side'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l brief -d 'With --diff, print only where the first difference is, as `cmp`'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l quiet -d 'With --diff, print nothing; the exit status shows whether the files differ'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l print-bytes -d 'With --brief or --format plain, also print the bytes as characters, as `cmp -b`'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l capitalize -d 'Write the names of --format c in upper case'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s t -l terminate -d 'End the array of --format c with a zero byte, as `xxd -t`'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -l decompress -d 'Decode compressed files, recognized by their content: gzip, zstd, xz, bzip2, lz4, lzma, lzip and compress'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mapped -n "__fish_mapped_using_subcommand hexdump" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -s c -l format -d 'Print FORMAT and a newline for each file, with GNU stat\'s directives' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l printf -d 'Like --format, but interpret backslash escapes and add no newline' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l cached -d 'How to use cached attributes of network file systems' -r -f -a "always\t'Use cached attributes if available'
never\t'Always ask the server'
default\t'Let the file system decide'"
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l count -d 'Print only these counts, in the order of wc: lines, words, chars, bytes, width' -r -f -a "lines\t'Newlines'
words\t'Runs of characters between white space'
chars\t'Characters'
bytes\t'Bytes'
width\t'Columns of the longest line'"
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l files0-from -d 'Read NUL-terminated file names from FILE; - is standard input' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l total -d 'When to print the sum of all counts' -r -f -a "auto\t'If there are several files'
always\t'Even of one file'
only\t'Only the sum, without the files'
never\t'Not at all'"
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l io -d 'How input is read' -r -f -a "auto\t'Map files that benefit from it, and read the rest'
mmap\t'Map every input, and fail for those that cannot be mapped'
read\t'Never map'"
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l threads -d 'Number of worker threads [default: one per processor]' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l block-size -d 'Size of mapped windows and read buffers' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l offset -d 'Skip to this byte offset in each input; negative offsets count from the end' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l length -d 'Read at most SIZE bytes of each input' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l progress -d 'When to show a progress bar on standard error' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l stats -d 'Print I/O statistics when done: text or json; add :FILE or :fd:N to write them there' -r
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l color -l colour -d 'When to use colour' -r -f -a "auto\t'Only on a terminal'
always\t'Always'
never\t'Never'"
complete -c mapped -n "__fish_mapped_using_subcommand stat" -s L -l dereference -d 'Follow symbolic links'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -s f -l file-system -d 'Describe the file system instead of the file'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -s t -l terse -d 'Print one line per file, as stat -t does'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l classic -d 'Print only what GNU stat prints, without the part about mapping'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l json -d 'Print one JSON object per line for each file'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l residency -d 'Print only how much of each file is resident, and a total'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -s r -l recursive -d 'With --residency, include the files below directories'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l content -d 'Read the file and report its type, encoding, line endings and line lengths'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l decompress -d 'Decode compressed files for --content, --lines and --count'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l lines -d 'Print only the number of lines, like wc -l'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l who -d 'List the processes that have the file mapped or open'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l touch -d 'Load the file into the page cache first'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -l evict -d 'Drop the file from the page cache first, as far as the kernel allows'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mapped -n "__fish_mapped_using_subcommand stat" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand help" -s h -l help -d 'Print help'
complete -c mapped -n "__fish_mapped_using_subcommand help" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mapped -n "__fish_mapped_using_subcommand man" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand completions" -s h -l help -d 'Print help'
complete -c mapped -n "__fish_mapped_using_subcommand completions" -s V -l version -d 'Print version'
complete -c mapped -n "__fish_mapped_using_subcommand links" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c mapped -n "__fish_mapped_using_subcommand links" -s V -l version -d 'Print version'
