//! Counts equal lines of a block's text on the thread that formats it, for `--top`.
//!
//! The text of a search has few different lines, which occur often. Each of them is passed on once,
//! with its count, so little remains to be done in file order.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use foldhash::fast::RandomState;
use memchr::memchr;

use crate::engine::{Block, Flow, InputKind, Inserted, Insertion, Kernel, Sink};

/// The number of occurrences of each line.
pub type LineMap<L> = HashMap<L, u64, RandomState>;

/// A kernel that runs another one, and replaces the lines that it prints with repetitions.
#[derive(Debug)]
pub struct LineTally<'k, K> {
    /// The kernel whose lines are counted.
    pub kernel: &'k K,
    /// The byte that ends a line.
    pub terminator: u8,
}

/// The other kernel's part, and the lines of its text.
#[derive(Debug)]
pub struct LineTallyPart<P> {
    inner: P,
    repeated: Vec<Insertion>,
}

impl<K: Kernel> Kernel for LineTally<'_, K> {
    type Part = LineTallyPart<K::Part>;
    type Carry = K::Carry;

    const HEAD: usize = K::HEAD;

    fn classify(&self, head: &[u8]) -> InputKind {
        self.kernel.classify(head)
    }

    fn scan(&self, block: &Block) -> Self::Part {
        LineTallyPart { inner: self.kernel.scan(block), repeated: Vec::new() }
    }

    fn is_settled_by(&self, part: &Self::Part) -> bool {
        self.kernel.is_settled_by(&part.inner)
    }

    fn carry(&self, block: &Block, part: &mut Self::Part, carry: &mut Self::Carry) -> Flow {
        self.kernel.carry(block, &mut part.inner, carry)
    }

    fn format(&self, block: &Block, part: &mut Self::Part, text: &mut Vec<u8>) {
        let start = text.len();
        self.kernel.format(block, &mut part.inner, text);
        // Text with insertions is not changed, because they refer to positions in it.
        part.repeated.clear();
        if !self.kernel.insertions(&part.inner).is_empty() {
            return;
        }
        let mut lines: LineMap<&[u8]> = LineMap::default();
        let mut rest = &text[start..];
        while let Some(end) = memchr(self.terminator, rest) {
            *lines.entry(&rest[..=end]).or_default() += 1;
            rest = &rest[end + 1..];
        }
        let repeated = |(line, count): (&[u8], u64)| {
            let bytes = count * line.len() as u64;
            Insertion { at: 0, what: Inserted::Repeat { unit: Arc::from(line), bytes } }
        };
        part.repeated = lines.into_iter().map(repeated).collect();
        let unfinished = rest.len();
        text.drain(start..text.len() - unfinished);
    }

    fn insertions<'p>(&self, part: &'p Self::Part) -> &'p [Insertion] {
        if part.repeated.is_empty() { self.kernel.insertions(&part.inner) } else { &part.repeated }
    }

    fn write_deferred(
        &self,
        block: &Block,
        part: &Self::Part,
        number: usize,
        sink: &mut dyn Sink,
    ) -> io::Result<Option<io::Error>> {
        self.kernel.write_deferred(block, &part.inner, number, sink)
    }
}
