//! Files of lines that are read twice: once whole, and later some lines again, in any order. In: files. Out:
//! each line with its place, and the line at a place. Never: more than one line of them in memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A longer line is refused, so that a file without line ends does not fill the memory.
const MAX_LINE_BYTES: u64 = 64 << 20;

/// Where a line lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its number in its file, from 1.
    pub line: u64,
    start: u64,
    bytes: u32,
    file: u32,
}

/// Files that are taken for one.
#[derive(Debug)]
pub struct Lines {
    files: Vec<PathBuf>,
    /// What is after the last line end of the last file is no line yet: its writer died.
    torn: bool,
}

impl Lines {
    /// The lines of `files`, one after the other; `torn` leaves out a last line without an end.
    pub fn of(files: Vec<PathBuf>, torn: bool) -> Self {
        Self { files, torn }
    }

    /// The file of a line.
    pub fn path(&self, place: Place) -> &Path {
        &self.files[place.file as usize]
    }

    /// Hands every line that is not blank to `take`, in order.
    ///
    /// # Errors
    /// A file cannot be read, a line is too long, or `take` fails.
    pub fn each(&self, take: &mut dyn FnMut(Place, &[u8]) -> Result<()>) -> Result<()> {
        for (file, path) in self.files.iter().enumerate() {
            let torn = self.torn && file + 1 == self.files.len();
            let failed = |error| Error::io("cannot read", path, error).as_config();
            let mut input = BufReader::with_capacity(1 << 16, open(path)?);
            let (mut start, mut text) = (0, Vec::new());
            for line in 1.. {
                text.clear();
                let read =
                    input.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut text).map_err(failed)?;
                let is_whole = text.ends_with(b"\n");
                if read as u64 == MAX_LINE_BYTES && !is_whole {
                    let what = format!("the line is longer than {} MiB", MAX_LINE_BYTES >> 20);
                    let help = "is this a JSON Lines file?";
                    return Err(Error::config(what).at_line(path, line).help(help));
                }
                if read == 0 || torn && !is_whole {
                    break;
                }
                // Some editors put a mark at the start of a file.
                let mark = if line == 1 && text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
                let bytes = (read - mark) as u32;
                let place = Place { line, start: start + mark as u64, bytes, file: file as u32 };
                if !text[mark..].iter().all(u8::is_ascii_whitespace) {
                    take(place, &text[mark..])?;
                }
                start += read as u64;
            }
        }
        Ok(())
    }

    /// The lines at `places`, in their order, each handed to `take`.
    ///
    /// # Errors
    /// A file cannot be read, or is shorter than it was; or `take` fails.
    pub fn again(&self, places: &[Place], take: &mut dyn FnMut(Place, &[u8]) -> Result<()>) -> Result<()> {
        let mut opened: Option<(u32, File)> = None;
        let mut text = Vec::new();
        for &place in places {
            let path = self.path(place);
            let mut file = match opened.take() {
                Some((number, file)) if number == place.file => file,
                _ => open(path)?,
            };
            text.resize(place.bytes as usize, 0);
            file.seek(SeekFrom::Start(place.start))
                .and_then(|_| file.read_exact(&mut text))
                .map_err(|error| Error::io("cannot read again", path, error))?;
            take(place, &text)?;
            opened = Some((place.file, file));
        }
        Ok(())
    }
}

fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|error| Error::io("cannot open", path, error).as_config())
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbered = Vec<(u64, String)>;

    /// All lines with their numbers, once in order and once from behind.
    fn read(contents: &[&str], torn: bool) -> (Numbered, Numbered) {
        let folder = tempfile::tempdir().expect("a folder");
        let paths: Vec<PathBuf> = (0..contents.len()).map(|at| folder.path().join(at.to_string())).collect();
        paths.iter().zip(contents).for_each(|(path, text)| std::fs::write(path, text).expect("written"));
        let lines = Lines::of(paths, torn);
        let (mut all, mut again, mut places) = (Vec::new(), Vec::new(), Vec::new());
        let text = |line: &[u8]| String::from_utf8(line.to_vec()).expect("UTF-8");
        lines
            .each(&mut |place, line| {
                places.push(place);
                all.push((place.line, text(line)));
                Ok(())
            })
            .expect("read");
        places.reverse();
        let mut keep = |place: Place, line: &[u8]| {
            again.push((place.line, text(line)));
            Ok(())
        };
        lines.again(&places, &mut keep).expect("read");
        (all, again)
    }

    #[test]
    fn lines_are_found_again_where_they_were() {
        let files = ["\u{feff}{\"a\":1}\n\n  \n{\"é\":2}\r\n", "", "x", "y\nz"];
        let whole = [(1, "{\"a\":1}\n"), (4, "{\"é\":2}\r\n"), (1, "x"), (1, "y\n"), (2, "z")];
        for (torn, expected) in [(false, &whole[..]), (true, &whole[..4])] {
            let (all, mut again) = read(&files, torn);
            let expected: Vec<(u64, String)> =
                expected.iter().map(|&(line, text)| (line, text.to_owned())).collect();
            assert_eq!(all, expected);
            again.reverse();
            assert_eq!(again, expected);
        }
    }

    #[test]
    fn a_file_that_shrank_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        std::fs::write(&path, "one\ntwo\n").expect("written");
        let (lines, mut places) = (Lines::of(vec![path.clone()], false), Vec::new());
        let mut keep = |place: Place, _: &[u8]| {
            places.push(place);
            Ok(())
        };
        lines.each(&mut keep).expect("read");
        std::fs::write(&path, "one\n").expect("written");
        let error = lines.again(&places, &mut |_, _| Ok(())).expect_err("too short").to_string();
        assert!(error.contains("cannot read again") && error.contains("/f"), "{error}");
        std::fs::remove_file(&path).expect("removed");
        assert!(lines.each(&mut |_, _| Ok(())).is_err());
    }
}
