//! Words that may not fit the memory: in come runs of 64-bit words, out come places at which they are
//! read again. Up to a limit they stay in memory, beyond it all of them lie in a file without a name,
//! which vanishes with the process. What is read does not depend on where it lies.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Words that are written to the file together: 1 MiB.
const WRITE_WORDS: usize = 1 << 17;

/// A growing array of words, in memory or on disk.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
    limit_words: usize,
    /// All words, or those not yet in the file.
    memory: Vec<u64>,
    file: Option<File>,
    /// Words in the file.
    written: usize,
}

impl Scratch {
    /// Nothing yet. Beyond `limit_bytes` the words go to a file in `folder`.
    pub fn new(folder: &Path, limit_bytes: usize) -> Self {
        let folder = folder.to_owned();
        Self { folder, limit_words: limit_bytes / 8, memory: Vec::new(), file: None, written: 0 }
    }

    /// Appends words; gives the place of the first.
    ///
    /// # Errors
    /// The file cannot be made, or the disk is full.
    pub fn append(&mut self, words: &[u64]) -> Result<usize> {
        let place = self.written + self.memory.len();
        self.memory.extend_from_slice(words);
        let beyond = self.file.is_none() && self.memory.len() > self.limit_words;
        if beyond {
            self.file = Some(nameless(&self.folder)?);
        }
        if beyond || self.file.is_some() && self.memory.len() >= WRITE_WORDS {
            self.spill()?;
        }
        Ok(place)
    }

    fn spill(&mut self) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut bytes = Vec::with_capacity(8 * self.memory.len().min(WRITE_WORDS));
        for words in self.memory.chunks(WRITE_WORDS) {
            bytes.clear();
            words.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
            write_at(file, &bytes, 8 * self.written as u64)
                .map_err(|error| Error::io("cannot write a temporary file", &self.folder, error))?;
            self.written += words.len();
        }
        self.memory = Vec::with_capacity(WRITE_WORDS);
        Ok(())
    }

    /// The `count` words at `place`, read into `buffer` if they are on disk.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read<'a>(&'a self, place: usize, count: usize, buffer: &'a mut Vec<u64>) -> Result<&'a [u64]> {
        if let Some(at) = place.checked_sub(self.written) {
            return Ok(&self.memory[at..at + count]);
        }
        let on_disk = count.min(self.written - place);
        buffer.clear();
        if let Some(file) = &self.file {
            let mut bytes = vec![0; 8 * on_disk];
            read_at(file, &mut bytes, 8 * place as u64)
                .map_err(|error| Error::io("cannot read a temporary file", &self.folder, error))?;
            let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
            buffer.extend(words);
        }
        buffer.extend_from_slice(&self.memory[..count - on_disk]);
        Ok(buffer)
    }

    /// True if the words lie on disk.
    pub fn is_spilled(&self) -> bool {
        self.file.is_some()
    }
}

/// A text in a [`Scratch`].
#[derive(Debug, Clone, Copy)]
pub struct Held {
    place: usize,
    bytes: usize,
}

impl Held {
    /// Puts a text there.
    ///
    /// # Errors
    /// As [`Scratch::append`].
    pub fn put(text: &str, scratch: &mut Scratch) -> Result<Self> {
        let mut words = Vec::with_capacity(text.len() / 8 + 1);
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            words.push(u64::from_le_bytes(word));
        }
        Ok(Self { place: scratch.append(&words)?, bytes: text.len() })
    }

    /// Reads it again from where it was put.
    ///
    /// # Errors
    /// As [`Scratch::read`].
    pub fn get(&self, scratch: &Scratch) -> Result<String> {
        let mut buffer = Vec::new();
        let words = scratch.read(self.place, self.bytes.div_ceil(8), &mut buffer)?;
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(self.bytes);
        String::from_utf8(bytes)
            .map_err(|error| Error::failed("a temporary file was changed").caused_by(error))
    }
}

/// A new file that has no name any more.
pub(super) fn nameless(folder: &Path) -> Result<File> {
    let failed = |path: &Path, error| Error::io("cannot make a temporary file", path, error);
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    for number in 0..u32::MAX {
        let path = folder.join(format!(".dedup-{}-{number}.scratch", std::process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            // Elsewhere than on Unix an open file cannot be removed; there it stays behind.
            Ok(file) => {
                _ = std::fs::remove_file(&path);
                return Ok(file);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&path, error)),
        }
    }
    Err(Error::failed("no name is left for a temporary file").at(folder))
}

#[cfg(unix)]
pub(super) fn write_at(file: &File, bytes: &[u8], place: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, place)
}

#[cfg(unix)]
pub(super) fn read_at(file: &File, bytes: &mut [u8], place: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, place)
}

#[cfg(not(unix))]
pub(super) fn write_at(mut file: &File, bytes: &[u8], place: u64) -> std::io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(place))?;
    file.write_all(bytes)
}

#[cfg(not(unix))]
pub(super) fn read_at(file: &File, bytes: &mut [u8], place: u64) -> std::io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(place))?;
    file.read_exact(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_read_does_not_depend_on_where_it_lies(
            runs in proptest::collection::vec(proptest::collection::vec(any::<u64>(), 0..50), 0..20),
            limit in 0usize..4_000,
        ) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut scratch = Scratch::new(folder.path(), limit);
            let mut all = Vec::new();
            for run in &runs {
                prop_assert_eq!(scratch.append(run).expect("room"), all.len());
                all.extend_from_slice(run);
            }
            prop_assert_eq!(scratch.is_spilled(), all.len() > limit / 8);
            let mut buffer = Vec::new();
            for place in 0..=all.len() {
                let count = (all.len() - place).min(70);
                prop_assert_eq!(
                    scratch.read(place, count, &mut buffer).expect("readable"),
                    &all[place..place + count]
                );
            }
            let left = std::fs::read_dir(folder.path()).expect("a folder").count();
            prop_assert_eq!(left, 0, "the file has no name");
        }
    }

    #[test]
    fn texts_are_read_as_they_were_put() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for limit in [0, usize::MAX] {
            let mut scratch = Scratch::new(folder.path(), limit);
            let texts = ["", "a", "eight by", "größer als acht", ""];
            let held = texts.map(|text| Held::put(text, &mut scratch).expect("room"));
            assert_eq!(held.map(|held| held.get(&scratch).expect("readable")), texts);
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("written");
        let error = Scratch::new(&file, 0).append(&[1]).expect_err("a file is no folder");
        assert!(error.to_string().contains("file: cannot make a temporary file"), "{error}");
    }
}
