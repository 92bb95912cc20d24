//! Texts put aside: in memory while they are few, in a nameless temporary file beyond. In: texts, one
//! after another. Out: any of them again. The memory does not grow with their number; the file is gone
//! with the process, however it ends.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::{Error, Result};

/// So many bytes stay in memory: a few tens of thousands of short answers, 13,000 of 20 kB.
const IN_MEMORY: usize = 256 << 20;

/// Where a text lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    start: u64,
    len: u32,
}

/// Texts, one after another.
#[derive(Debug)]
pub struct Spool {
    memory: Vec<u8>,
    limit: usize,
    file: Option<File>,
    /// Bytes in the file, which come before those in memory.
    spilled: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self { memory: Vec::new(), limit: IN_MEMORY, file: None, spilled: 0 }
    }
}

impl Spool {
    /// Puts a text aside.
    ///
    /// # Errors
    /// It is longer than 4 GiB, or the temporary file cannot be written.
    pub fn add(&mut self, text: &str) -> Result<Place> {
        let len = u32::try_from(text.len()).map_err(|_| Error::failed("a text is longer than 4 GiB"))?;
        let place = Place { start: self.spilled + self.memory.len() as u64, len };
        self.memory.extend_from_slice(text.as_bytes());
        if self.memory.len() > self.limit {
            self.spill()?;
        }
        Ok(place)
    }

    /// The text at a place that [`add`](Self::add) gave.
    ///
    /// # Errors
    /// The temporary file cannot be read.
    pub fn get(&mut self, place: Place) -> Result<String> {
        let mut bytes = vec![0; place.len as usize];
        match (&mut self.file, place.start.checked_sub(self.spilled)) {
            (Some(file), None) => {
                let failed = |e| Error::io("cannot read the temporary file", &std::env::temp_dir(), e);
                file.seek(SeekFrom::Start(place.start)).map_err(failed)?;
                file.read_exact(&mut bytes).map_err(failed)?;
            }
            (_, start) => {
                let start = start.unwrap_or_default() as usize;
                bytes.copy_from_slice(&self.memory[start..start + place.len as usize]);
            }
        }
        String::from_utf8(bytes).map_err(|e| Error::failed("the temporary file was changed").caused_by(e))
    }

    fn spill(&mut self) -> Result<()> {
        let folder = std::env::temp_dir();
        let failed = |e| Error::io("cannot write a temporary file", &folder, e);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(nameless(&folder).map_err(failed)?),
        };
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        file.write_all(&self.memory).map_err(failed)?;
        self.spilled += self.memory.len() as u64;
        self.memory.clear();
        Ok(())
    }
}

/// A new file in `folder` that has no name any more.
fn nameless(folder: &Path) -> std::io::Result<File> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = folder.join(format!("datagen-{}-{number}", std::process::id()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_from_memory_and_from_the_file() {
        let mut spool = Spool { limit: 50, ..Spool::default() };
        let texts: Vec<String> = (0..40).map(|i| "ä".repeat(i % 23)).chain(["last".to_owned()]).collect();
        let places: Vec<Place> = texts.iter().map(|text| spool.add(text).expect("it is kept")).collect();
        assert!(spool.spilled > 0 && !spool.memory.is_empty(), "both are used");
        for (text, place) in texts.iter().zip(&places).rev() {
            assert_eq!(&spool.get(*place).expect("it is there"), text);
        }
        let after = spool.add("after").expect("it is kept");
        assert_eq!(spool.get(after).expect("it is there"), "after");
    }
}
