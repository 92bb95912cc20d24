//! Where was a key last seen? In: hashes with positions. Out: the position before. Bounded time for each, whatever the
//! keys; made anew without new memory.

/// A table from hashes to the position where they were last seen. Most keys are new: a bit map, small enough for the
/// nearest cache, says so, and what is new is put in without a look at what is there.
#[derive(Debug, Default)]
pub struct LastSeen {
    /// A bit per hash that was seen.
    bits: Vec<u64>,
    /// Where each chain of entries begins, one more than their place; 0 for none.
    heads: Vec<u32>,
    entries: Vec<Entry>,
    shift: u32,
}

#[derive(Debug)]
struct Entry {
    tag: u32,
    position: u32,
    next: u32,
}

/// Bits of the map for each chain.
const BITS: usize = 8;
/// Entries of a chain that are looked at: among chains of one on average, longer ones come from keys made to meet.
const CHAIN: usize = 16;

impl LastSeen {
    /// Forgets all; ready for about `count` keys.
    pub fn clear(&mut self, count: usize) {
        let chains = count.max(64).next_power_of_two();
        self.shift = 64 - chains.trailing_zeros();
        self.bits.clear();
        self.bits.resize(chains * BITS / 64, 0);
        self.heads.clear();
        self.heads.resize(chains, 0);
        self.entries.clear();
        self.entries.reserve(count);
    }

    /// Where `hash`, of which all bits are well mixed, was last seen; from now on it is `at`.
    #[inline(always)]
    pub fn replace(&mut self, hash: u64, at: u32) -> Option<u32> {
        self.replace_marked(hash, at, at)
    }

    /// The same; from now on it is `first` if it was not seen, and `again` if it was.
    #[inline(always)]
    pub fn replace_marked(&mut self, hash: u64, first: u32, again: u32) -> Option<u32> {
        let chain = (hash >> self.shift) as usize;
        // The bits of a chain lie beside one another.
        let place = (hash >> (self.shift - BITS.trailing_zeros())) as usize;
        let (word, bit) = (place / 64, 1 << (place % 64));
        let tag = hash as u32;
        if self.bits[word] & bit != 0 {
            let mut next = self.heads[chain];
            for _ in 0..CHAIN {
                let Some(entry) = (next as usize).checked_sub(1).and_then(|at| self.entries.get_mut(at))
                else {
                    break;
                };
                if entry.tag == tag {
                    return Some(std::mem::replace(&mut entry.position, again));
                }
                next = entry.next;
            }
        }
        self.bits[word] |= bit;
        self.entries.push(Entry { tag, position: first, next: self.heads[chain] });
        self.heads[chain] = self.entries.len() as u32;
        None
    }
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
                    prop_assert_eq!(seen.replace(hash, at as u32), map.insert(key, at as u32));
                }
            }
        }
    }

    #[test]
    fn keys_made_to_meet_cost_bounded_time_and_memory() {
        let mut seen = LastSeen::default();
        seen.clear(1 << 16);
        // One chain: the highest bits are the same.
        for at in 0..1u32 << 16 {
            assert_eq!(seen.replace(u64::from(at), at), None);
        }
        assert_eq!(seen.entries.len(), 1 << 16);
    }
}
