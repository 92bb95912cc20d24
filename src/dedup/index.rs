//! Which texts have a key in a band: in come the band keys of texts that stay, out come the numbers of those that
//! share one with a text. It grows text by text. Up to a limit it lies in memory, beyond it all of it in a file
//! without a name. What is found depends on what was put in alone.
//!
//! Tables of open addressing, several a band, each 10.7 to 16 bytes a key: with the 29 keys of a threshold of 0.8,
//! 310 to 464 bytes a text.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::scratch;
use crate::error::{Error, Result};

/// Tables of a band, by the lowest bits of the key. A table that grows is copied, so that the copy in memory is small
/// beside all of them.
const TABLES: usize = 64;
/// Slots of a table when its first key comes.
const FIRST_SLOTS: usize = 16;
/// Slots of a table on disk that are read together: 256 bytes, more than a search at three quarters full mostly needs.
const READ_SLOTS: usize = 32;
/// Texts of one key at most: those that come later are found by other bands, or stay unknown to this one, so that
/// thousands of texts made from one template cost no more than others.
pub const MAX_OF_A_KEY: usize = 33;

/// The texts by their band keys.
#[derive(Debug)]
pub struct Index {
    folder: PathBuf,
    limit_slots: usize,
    tables: Vec<Table>,
    /// Slots of all tables in memory; on disk, of all that were ever written.
    slots: usize,
    file: Option<File>,
}

/// A slot is free (0), or holds 32 bits of a key and below them a number plus 1.
#[derive(Debug, Clone, Default)]
struct Table {
    capacity: usize,
    used: usize,
    /// The slots in memory …
    slots: Vec<u64>,
    /// … or the first one's place in the file.
    place: usize,
}

impl Index {
    /// Without a text, for texts with `bands` keys each; beyond `limit_bytes` it goes to a file in `folder`.
    pub fn new(bands: u32, folder: &Path, limit_bytes: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            limit_slots: limit_bytes / 8,
            tables: vec![Table::default(); bands as usize * TABLES],
            slots: 0,
            file: None,
        }
    }

    /// Appends the numbers that have one of `keys` (one a band) to `found`, a number for each key that it shares.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn find(&self, keys: &[u64], found: &mut Vec<u32>) -> Result<()> {
        for (band, &key) in keys.iter().enumerate() {
            self.search(table_of(band, key), key as u32, &mut |number| found.push(number))?;
        }
        Ok(())
    }

    /// The text `number` has these keys. It may have others of the same bands already.
    ///
    /// # Errors
    /// The file cannot be made, read or written.
    pub fn put(&mut self, keys: &[u64], number: u32) -> Result<()> {
        for (band, &key) in keys.iter().enumerate() {
            let (at, key) = (table_of(band, key), key as u32);
            if self.tables[at].used * 4 >= self.tables[at].capacity * 3 {
                self.grow(at)?;
            }
            let (mut others, mut known) = (0, false);
            let free = self.search(at, key, &mut |other| {
                others += 1;
                known |= other == number;
            })?;
            if known || others >= MAX_OF_A_KEY {
                continue;
            }
            let slot = u64::from(key) << 32 | (u64::from(number) + 1);
            let table = &mut self.tables[at];
            table.used += 1;
            match &self.file {
                None => table.slots[free] = slot,
                Some(_) => self.write(self.tables[at].place + free, &[slot])?,
            }
        }
        Ok(())
    }

    /// Hands the numbers of a key to `take`; gives the free slot behind them.
    fn search(&self, table: usize, key: u32, take: &mut dyn FnMut(u32)) -> Result<usize> {
        let table = &self.tables[table];
        if table.capacity == 0 {
            return Ok(0);
        }
        let mut buffer = Vec::new();
        let mut at = home(key, table.capacity);
        loop {
            let slots = match &self.file {
                None => &table.slots[at..],
                Some(_) => {
                    let count = READ_SLOTS.min(table.capacity - at);
                    self.read(table.place + at, count, &mut buffer)?;
                    &buffer
                }
            };
            for &slot in slots {
                if slot == 0 {
                    return Ok(at);
                }
                if (slot >> 32) as u32 == key {
                    take(slot as u32 - 1);
                }
                at += 1;
            }
            // A quarter of the slots is free: the search ends.
            at %= table.capacity;
        }
    }

    /// Makes a table half as large again.
    fn grow(&mut self, at: usize) -> Result<()> {
        let before = self.tables[at].capacity;
        let capacity = (before + before / 2).max(FIRST_SLOTS);
        if self.file.is_none() && self.slots + capacity - before > self.limit_slots {
            self.spill()?;
        }
        let mut old = std::mem::take(&mut self.tables[at].slots);
        if self.file.is_some() {
            self.read(self.tables[at].place, before, &mut old)?;
        }
        let mut slots = vec![0; capacity];
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let mut free = home((slot >> 32) as u32, capacity);
            while slots[free] != 0 {
                free = (free + 1) % capacity;
            }
            slots[free] = slot;
        }
        self.tables[at].capacity = capacity;
        if self.file.is_some() {
            // Behind all others: where it was before is lost, half of the file in the end.
            self.write(self.slots, &slots)?;
            self.tables[at].place = self.slots;
            self.slots += capacity;
        } else {
            self.tables[at].slots = slots;
            self.slots += capacity - before;
        }
        Ok(())
    }

    /// Puts all tables into a file.
    fn spill(&mut self) -> Result<()> {
        self.file = Some(scratch::nameless(&self.folder)?);
        let mut place = 0;
        for at in 0..self.tables.len() {
            let slots = std::mem::take(&mut self.tables[at].slots);
            self.write(place, &slots)?;
            self.tables[at].place = place;
            place += slots.len();
        }
        self.slots = place;
        Ok(())
    }

    fn write(&self, place: usize, slots: &[u64]) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let bytes: Vec<u8> = slots.iter().flat_map(|slot| slot.to_le_bytes()).collect();
        scratch::write_at(file, &bytes, 8 * place as u64)
            .map_err(|error| Error::io("cannot write a temporary file", &self.folder, error))
    }

    fn read(&self, place: usize, count: usize, slots: &mut Vec<u64>) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut bytes = vec![0; 8 * count];
        scratch::read_at(file, &mut bytes, 8 * place as u64)
            .map_err(|error| Error::io("cannot read a temporary file", &self.folder, error))?;
        slots.clear();
        slots.extend(bytes.as_chunks::<8>().0.iter().map(|slot| u64::from_le_bytes(*slot)));
        Ok(())
    }

    /// Bytes of the tables; on disk, with those that others took the place of.
    pub fn bytes(&self) -> usize {
        8 * self.slots
    }

    /// True if it lies on disk.
    pub fn is_spilled(&self) -> bool {
        self.file.is_some()
    }
}

fn table_of(band: usize, key: u64) -> usize {
    band * TABLES + key as usize % TABLES
}

/// Where the search for a key begins: its highest bits decide, which say nothing about its table.
fn home(key: u32, capacity: usize) -> usize {
    ((u64::from(key) * capacity as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn found(index: &Index, keys: &[u64]) -> Vec<u32> {
        let mut found = Vec::new();
        index.find(keys, &mut found).expect("readable");
        found.sort_unstable();
        found
    }

    proptest! {
        /// Beside a plain map, in memory and on disk; keys that are alike in all that decides where they lie, too.
        #[test]
        fn what_is_found_was_put_in(
            texts in proptest::collection::vec((any::<bool>(), 0u64..40, 0u64..3, any::<u32>()), 0..120),
            limit in prop_oneof![Just(0usize), 0usize..20_000, Just(usize::MAX)],
        ) {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let mut index = Index::new(2, folder.path(), limit);
            let mut plain: [BTreeMap<u32, Vec<u32>>; 2] = Default::default();
            for (at, &(crowded, a, b, random)) in texts.iter().enumerate() {
                // The last slots of a table: the search goes on at its beginning.
                let a = if crowded { u64::from(u32::MAX) - 64 * (a % 4) } else { a << 33 | u64::from(random) };
                let (keys, number) = ([a, b], at as u32);
                let same = |(plain, key): (&BTreeMap<u32, Vec<u32>>, &u64)| plain.get(&(*key as u32)).cloned();
                let mut all: Vec<u32> = plain.iter().zip(&keys).filter_map(same).flatten().collect();
                all.sort_unstable();
                prop_assert_eq!(found(&index, &keys), all);
                index.put(&keys, number).expect("room");
                for (plain, &key) in plain.iter_mut().zip(&keys) {
                    let numbers = plain.entry(key as u32).or_default();
                    if numbers.len() < MAX_OF_A_KEY {
                        numbers.push(number);
                    }
                }
            }
            prop_assert!(limit > 0 || texts.is_empty() || index.is_spilled());
            prop_assert!(limit < usize::MAX || !index.is_spilled());
            let left = std::fs::read_dir(folder.path()).expect("a folder").count();
            prop_assert_eq!(left, 0, "the file has no name");
        }
    }

    #[test]
    fn many_keys_are_found_and_take_the_room_that_is_said() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = |number: u64, band: u64| {
            crate::text::tokens::fold(number ^ 0x1234_5678, 0x9e37_79b9_7f4a_7c15 ^ band << 7)
        };
        for limit in [1 << 16, usize::MAX] {
            let mut index = Index::new(3, folder.path(), limit);
            let keys = |number: u64| [key(number, 1), key(number, 2), key(number, 3)];
            for number in 0..20_000u32 {
                index.put(&keys(u64::from(number)), number).expect("room");
                // Again: nothing new.
                index.put(&keys(u64::from(number)), number).expect("room");
            }
            for number in 0..20_000u32 {
                let numbers = found(&index, &keys(u64::from(number)));
                assert!(
                    numbers.iter().filter(|other| **other == number).count() == 3,
                    "{number}: {numbers:?}"
                );
            }
            assert!(found(&index, &keys(20_001)).is_empty());
            assert_eq!(index.is_spilled(), limit < usize::MAX);
            if !index.is_spilled() {
                let bytes = index.bytes() as f64 / 60_000.0;
                assert!((10.6..16.1).contains(&bytes), "{bytes} bytes a key");
            }
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("file");
        std::fs::write(&file, "").expect("written");
        let error = Index::new(1, &file, 0).put(&[1], 0).expect_err("a file is no folder");
        assert!(error.to_string().contains("file: cannot make a temporary file"), "{error}");
    }
}
