//! Where was a key last seen? In: hashes with positions. Out: the position before. Bounded time for each, whatever the
//! keys; made anew without new memory.

/// A table from hashes to the position where they were last seen: an open one, in which a key that is new costs the look
/// at one place that is free.
#[derive(Debug, Default)]
pub struct LastSeen {
    /// A tag, of which the lowest bit is set, above a position; 0 where there is nothing.
    slots: Vec<u64>,
    shift: u32,
}

/// Places for each key that is expected: most are then where they belong.
const ROOM: usize = 2;
/// Places that are looked at: where so many in a row are taken, keys were made to meet.
const PROBES: usize = 64;

impl LastSeen {
    /// Forgets all; ready for about `count` keys.
    pub fn clear(&mut self, count: usize) {
        let slots = (ROOM * count).max(64).next_power_of_two();
        self.shift = 64 - slots.trailing_zeros();
        self.slots.clear();
        self.slots.resize(slots, 0);
    }

    /// Where `hash`, of which all bits are well mixed, was last seen; from now on it is `at`.
    pub fn replace(&mut self, hash: u64, at: u32) -> Option<u32> {
        self.replace_marked(hash, at, at)
    }

    /// True if the place of `hash` was free; it is then at `at`.
    #[inline(always)]
    pub fn put(&mut self, hash: u64, at: u32) -> bool {
        let free = self.slots.get_mut((hash >> self.shift) as usize).filter(|slot| **slot == 0);
        free.map(|slot| *slot = tag(hash) | u64::from(at)).is_some()
    }

    /// The same as [`Self::replace`]; from now on it is `first` if it was not seen, and `again` if it was.
    pub fn replace_marked(&mut self, hash: u64, first: u32, again: u32) -> Option<u32> {
        let (home, tag) = ((hash >> self.shift) as usize, tag(hash));
        let last = self.slots.len() - 1;
        for probe in 0..PROBES {
            let slot = &mut self.slots[(home + probe) & last];
            if *slot >> 32 == tag >> 32 {
                let before = *slot as u32;
                *slot = tag | u64::from(again);
                return Some(before);
            }
            if *slot == 0 {
                *slot = tag | u64::from(first);
                return None;
            }
        }
        self.slots[home] = tag | u64::from(first);
        None
    }
}

/// What tells keys with one place apart, above the position.
#[inline]
fn tag(hash: u64) -> u64 {
    hash << 32 | 1 << 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn as_a_map_says(keys in proptest::collection::vec(0u64..60, 0..300), count in 0usize..400) {
            let mut seen = LastSeen::default();
            // Twice, for what was seen before is forgotten.
            for _ in 0..2 {
                seen.clear(count);
                let mut map = HashMap::new();
                for (at, key) in keys.iter().enumerate() {
                    let hash = (key + 1).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
                    let (first, again) = (at as u32 | 1 << 31, at as u32);
                    let (told, expected) = match map.get(key).copied() {
                        None => (seen.replace_marked(hash, first, again), None),
                        before => (seen.replace(hash, again), before),
                    };
                    prop_assert_eq!(told, expected);
                    map.insert(key, if expected.is_some() { again } else { first });
                }
            }
        }
    }

    #[test]
    fn keys_made_to_meet_cost_bounded_time_and_memory() {
        let mut seen = LastSeen::default();
        seen.clear(1 << 16);
        let before = seen.slots.len();
        // One place: the highest bits are the same.
        for at in 0..1u32 << 16 {
            assert_eq!(seen.replace(u64::from(at) << 1, at), None);
        }
        assert_eq!(seen.slots.len(), before);
    }
}
