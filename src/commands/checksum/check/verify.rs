//! Verifies one entry of a list: finds its file, hashes it, and compares.
//!
//! Some lines do not name the algorithm of their digest. A file that can be read twice is then
//! hashed with the likeliest algorithm first, and any other input with all candidates at once.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::super::ChecksumRun;
use super::super::list::{DigestCandidate, Expected, ListEntry};
use crate::commands::file_digest;
use crate::digest::{Algorithm, Digest, Recipe, Spec};
use crate::engine::{Input, Permits};
use crate::io::{Range, path};

/// The result of comparing a file with its entry.
#[derive(Debug, PartialEq, Eq)]
pub enum EntryVerdict {
    /// Every digest matches, by these algorithms.
    Matched(Vec<Algorithm>),
    /// Some digests do not match.
    Mismatched {
        /// The positions of the digests that do not match.
        unmatched: Vec<usize>,
        /// The algorithms of the digests that match.
        matched: Vec<Algorithm>,
    },
}

/// The algorithms found for the untagged digests of a list, with the lengths of the digests.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<Vec<(usize, Algorithm)>>);

impl Guesses {
    fn of_length(&self, len: usize) -> Option<Algorithm> {
        let guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.iter().rev().find(|(guessed, _)| *guessed == len).map(|&(_, algorithm)| algorithm)
    }

    fn remember(&self, len: usize, algorithm: Algorithm) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.retain(|guess| *guess != (len, algorithm));
        guesses.push((len, algorithm));
    }
}

/// The location of an entry's bytes.
struct CheckTarget<'a> {
    path: &'a OsStr,
    /// The byte range, if the entry is a piece of the file.
    piece: Option<&'a std::ops::Range<u64>>,
}

/// Verifies the entries of one list.
#[derive(Clone, Copy)]
pub struct Verifier<'a> {
    pub run: ChecksumRun<'a>,
    pub directory: Option<&'a OsStr>,
    pub guesses: &'a Guesses,
}

impl Verifier<'_> {
    /// Returns the path of a listed name.
    pub fn path_of(&self, name: &OsStr) -> OsString {
        match self.directory {
            Some(directory) if name != "-" => Path::new(directory).join(name).into(),
            _ => name.to_owned(),
        }
    }

    /// Compares the entry with its file, which `input` opens.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or read to its end, or if it changed while it
    /// was read.
    pub fn verify(&self, entry: &ListEntry, input: Input<'_>, permits: &Permits) -> io::Result<EntryVerdict> {
        let path = self.path_of(&entry.name);
        let missing = match self.compare(entry, &CheckTarget { path: &path, piece: None }, input, permits) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => error,
            outcome => return outcome,
        };
        let piece = entry.piece();
        let piece = piece.iter().map(|(name, range)| (name.clone(), Some(range)));
        for (name, piece) in piece.chain(entry.other_names().into_iter().map(|name| (name, None))) {
            let path = self.path_of(&name);
            let input = Input::Named(path.clone());
            match self.compare(entry, &CheckTarget { path: &path, piece }, input, permits) {
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                outcome => return outcome,
            }
        }
        Err(missing)
    }

    fn compare(
        &self,
        entry: &ListEntry,
        target: &CheckTarget<'_>,
        input: Input<'_>,
        permits: &Permits,
    ) -> io::Result<EntryVerdict> {
        let mut rest: Vec<Vec<&DigestCandidate>> =
            entry.expected.iter().map(|expected| self.ordered(expected)).collect();
        let mut matched: Vec<Option<Algorithm>> = vec![None; rest.len()];
        let is_regular = target.path != "-" && path::metadata(target.path).is_ok_and(|meta| meta.is_file());
        let mut input = Some(input);
        while matched.contains(&None) && rest.iter().any(|candidates| !candidates.is_empty()) {
            // Try the first candidates alone, and then all others in one pass.
            let round: Vec<Vec<&DigestCandidate>> = match is_regular && input.is_some() {
                true => rest.iter_mut().map(|candidates| candidates.drain(..1).collect()).collect(),
                false => rest.iter_mut().map(std::mem::take).collect(),
            };
            let input = input.take().unwrap_or_else(|| Input::Named(target.path.to_owned()));
            let mut specs: Vec<Spec> = Vec::new();
            for (_, candidate) in zip(&round).filter(|(index, _)| matched[*index].is_none()) {
                if !specs.contains(&candidate.spec) {
                    specs.push(candidate.spec);
                }
            }
            let digests = self.digests(&specs, target, input, permits)?;
            for (index, candidate) in zip(&round) {
                let found = digests.iter().find(|digest| digest.spec == candidate.spec);
                if matched[index].is_none() && found.is_some_and(|digest| is_match(digest, candidate, target)) {
                    matched[index] = Some(candidate.spec.algorithm);
                }
            }
        }
        let unmatched: Vec<usize> = (0..matched.len()).filter(|&index| matched[index].is_none()).collect();
        let algorithms: Vec<Algorithm> = matched.into_iter().flatten().collect();
        if !unmatched.is_empty() {
            return Ok(EntryVerdict::Mismatched { unmatched, matched: algorithms });
        }
        for (expected, &algorithm) in entry.expected.iter().zip(&algorithms) {
            if let [first, _, ..] = &expected.candidates[..] {
                self.guesses.remember(first.bytes.len(), algorithm);
            }
        }
        Ok(EntryVerdict::Matched(algorithms))
    }

    /// Returns the candidates, starting with the one that matched before in this list.
    fn ordered<'e>(&self, expected: &'e Expected) -> Vec<&'e DigestCandidate> {
        let mut candidates: Vec<&DigestCandidate> = expected.candidates.iter().collect();
        if let [first, _, ..] = candidates[..]
            && let Some(guess) = self.guesses.of_length(first.bytes.len())
        {
            candidates.sort_by_key(|candidate| candidate.spec.algorithm != guess);
        }
        candidates
    }

    fn digests(
        &self,
        specs: &[Spec],
        target: &CheckTarget<'_>,
        input: Input<'_>,
        permits: &Permits,
    ) -> io::Result<Vec<Digest>> {
        let ChecksumRun { settings, config, .. } = self.run;
        let recipes: Vec<Recipe> = specs.iter().map(|&spec| Recipe { spec, ..settings.recipes[0] }).collect();
        let range = match target.piece {
            Some(piece) => {
                let too_far = |_| io::Error::from(io::ErrorKind::InvalidInput);
                let offset = i64::try_from(piece.start).map_err(too_far)?;
                Range { offset, length: Some(piece.end - piece.start), ..Range::default() }
            }
            None => config.engine.range,
        };
        let (source, _) = input.open(config.engine.policy, range).map_err(|(_, error)| error)?;
        // The output file has no digest yet.
        let source = config.reject_own_output(source)?;
        file_digest::digest(source, &recipes, config, permits)
    }
}

/// Returns every candidate with its index among the expected digests.
fn zip<'c>(round: &'c [Vec<&'c DigestCandidate>]) -> impl Iterator<Item = (usize, &'c DigestCandidate)> {
    round.iter().enumerate().flat_map(|(index, candidates)| candidates.iter().map(move |&candidate| (index, candidate)))
}

fn is_match(digest: &Digest, candidate: &DigestCandidate, target: &CheckTarget<'_>) -> bool {
    let has_size = candidate.size.is_none_or(|size| size.is_of(digest.input_len));
    // md5deep writes `offset 0-0` for an empty file, and one such line after the last piece of a
    // device or a pipe.
    let is_whole = target.piece.is_none_or(|piece| {
        let len = piece.end - piece.start;
        digest.input_len == len || digest.input_len == 0 && len == 1
    });
    has_size && is_whole && digest.is(&candidate.bytes)
}
