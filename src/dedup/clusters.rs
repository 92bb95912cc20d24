//! Clusters: in come verified pairs of rows, out comes for each row that goes the row that stays in its
//! place. Rows joined by pairs are one cluster (union-find); the one kept is chosen by a rule. It never
//! drops a row that is not itself similar to the one kept.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use serde::{Deserialize, Serialize};

use crate::error::Result;

/// A row that is joined to the kept one only through others goes if its similarity to the kept one is at
/// least this share of the threshold: a chain of small edits is followed, but not to where its ends
/// have little in common. (Closing over char 5-grams without such a bound once left 2 rows of 859,092.)
/// Of chains of three edits of similarity 0.85 each, at a threshold of 0.8, 0.85 finds 99.6 % of the pairs
/// (all but chains are found), with 0.8 % of the rows that go below a similarity of 0.7 to the kept one.
pub const CHAIN_SHARE: f64 = 0.85;

/// Which row of a cluster is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The one with the most near duplicates in the cluster, of those the first: the fewest rows stay,
    /// and what goes is as similar as can be to what stays. Not for a pipeline: a set that still grows has
    /// no middle.
    #[default]
    #[serde(skip)]
    Central,
    /// The first.
    First,
    /// The shortest text, of those the first.
    Shortest,
    /// The highest score, of those the first; a row without a score comes last.
    HighestScore,
}

/// What the rules look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rank {
    /// Length of the text, in bytes.
    pub bytes: u32,
    /// The score, where there is one.
    pub score: Option<f64>,
}

impl Rank {
    /// The score; of a row without one less than any.
    fn scored(self) -> f64 {
        self.score.filter(|score| !score.is_nan()).unwrap_or(f64::NEG_INFINITY)
    }
}

impl Keep {
    /// The better of two rows is less; equal are those of which the first is kept.
    pub fn order(self, a: Rank, b: Rank) -> Ordering {
        match self {
            Keep::Central | Keep::First => Ordering::Equal,
            Keep::Shortest => a.bytes.cmp(&b.bytes),
            Keep::HighestScore => b.scored().total_cmp(&a.scored()),
        }
    }
}

/// Disjoint sets of rows.
#[derive(Debug)]
pub struct UnionFind {
    parents: Vec<u32>,
}

impl UnionFind {
    /// `rows` sets of one row.
    pub fn new(rows: u32) -> Self {
        Self { parents: (0..rows).collect() }
    }

    /// The first row of a row's set.
    pub fn find(&mut self, row: u32) -> u32 {
        let mut at = row;
        while self.parents[at as usize] != at {
            // Halves the path, so that it is short the next time.
            let above = self.parents[self.parents[at as usize] as usize];
            self.parents[at as usize] = above;
            at = above;
        }
        at
    }

    /// Makes one set of two.
    pub fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        // The lower row stands for the set, in whatever order the pairs come.
        self.parents[a.max(b) as usize] = a.min(b);
    }
}

/// A row that goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gone {
    /// The row.
    pub row: u32,
    /// The row that stays in its place.
    pub kept: u32,
    /// Their Jaccard similarity.
    pub jaccard: f64,
}

/// Decides who goes. `pairs`: those verified to be at or above `threshold`, with their similarity.
/// `similarity` gives that of any two rows of a cluster.
///
/// # Errors
/// Those of `similarity`.
pub fn resolve(
    rows: u32,
    pairs: &[(u32, u32, f64)],
    threshold: f64,
    keep: Keep,
    rank: impl Fn(u32) -> Rank,
    mut similarity: impl FnMut(u32, u32) -> Result<f64>,
) -> Result<Vec<Gone>> {
    let mut sets = UnionFind::new(rows);
    pairs.iter().for_each(|&(a, b, _)| sets.union(a, b));
    let mut links: Vec<(u32, Link)> = Vec::with_capacity(2 * pairs.len());
    for &(a, b, jaccard) in pairs {
        let set = sets.find(a);
        links.push((set, Link { from: a, to: b, jaccard }));
        links.push((set, Link { from: b, to: a, jaccard }));
    }
    links.sort_unstable_by_key(|(set, link)| (*set, link.from, link.to));
    let mut gone = Vec::new();
    for links in links.chunk_by(|a, b| a.0 == b.0) {
        let cluster = Cluster::new(links.iter().map(|link| link.1).collect());
        cluster.resolve(threshold * CHAIN_SHARE, keep, &rank, &mut similarity, &mut gone)?;
    }
    gone.sort_unstable_by_key(|gone| gone.row);
    Ok(gone)
}

/// A verified pair, seen from one of its rows.
#[derive(Debug, Clone, Copy)]
struct Link {
    from: u32,
    to: u32,
    jaccard: f64,
}

/// Rows that are joined, by place in `rows`.
struct Cluster {
    /// In order.
    rows: Vec<u32>,
    /// By their first row, then by their second.
    links: Vec<Link>,
    /// Where each row's links begin, and the end.
    starts: Vec<usize>,
}

impl Cluster {
    fn new(links: Vec<Link>) -> Self {
        let mut rows: Vec<u32> = links.iter().map(|link| link.from).collect();
        rows.dedup();
        let mut starts = vec![0];
        starts.extend(links.chunk_by(|a, b| a.from == b.from).scan(0, |end, of_row| {
            *end += of_row.len();
            Some(*end)
        }));
        Self { rows, links, starts }
    }

    fn links(&self, at: usize) -> &[Link] {
        &self.links[self.starts[at]..self.starts[at + 1]]
    }

    fn place(&self, row: u32) -> usize {
        self.rows.partition_point(|&other| other < row)
    }

    /// The best row stays, and what is similar to it and reached from it goes; then the best of what is
    /// left. Takes time linear in the links, but for logarithms.
    fn resolve(
        &self,
        floor: f64,
        keep: Keep,
        rank: &impl Fn(u32) -> Rank,
        similarity: &mut impl FnMut(u32, u32) -> Result<f64>,
        gone: &mut Vec<Gone>,
    ) -> Result<()> {
        let mut open = vec![true; self.rows.len()];
        let mut turns = Turns::new(self, keep, rank);
        // The kept row that last looked at a row: none looks twice.
        let mut seen = vec![usize::MAX; self.rows.len()];
        while let Some(best) = turns.next(self, &open) {
            open[best] = false;
            seen[best] = best;
            let kept = self.rows[best];
            let mut reached = vec![best];
            while let Some(at) = reached.pop() {
                for link in self.links(at) {
                    let next = self.place(link.to);
                    if !open[next] || seen[next] == best {
                        continue;
                    }
                    seen[next] = best;
                    let direct = self.links(best);
                    let jaccard = match direct.binary_search_by_key(&link.to, |link| link.to) {
                        Ok(at) => direct[at].jaccard,
                        Err(_) => similarity(kept, link.to)?,
                    };
                    if jaccard >= floor {
                        open[next] = false;
                        gone.push(Gone { row: link.to, kept, jaccard });
                        reached.push(next);
                    }
                }
            }
        }
        Ok(())
    }
}

/// Which row is asked next whether it stays.
enum Turns {
    /// In this order.
    Fixed(std::vec::IntoIter<usize>),
    /// By how many open neighbours a row had when it was last looked at.
    Degrees(BinaryHeap<(usize, Reverse<usize>)>),
}

impl Turns {
    fn new(cluster: &Cluster, keep: Keep, rank: &impl Fn(u32) -> Rank) -> Self {
        let mut order: Vec<usize> = (0..cluster.rows.len()).collect();
        if keep == Keep::Central {
            let degrees = order.into_iter().map(|at| (cluster.links(at).len(), Reverse(at)));
            return Turns::Degrees(degrees.collect());
        }
        let rank = |at: usize| rank(cluster.rows[at]);
        order.sort_by(|&a, &b| keep.order(rank(a), rank(b)));
        Turns::Fixed(order.into_iter())
    }

    fn next(&mut self, cluster: &Cluster, open: &[bool]) -> Option<usize> {
        match self {
            Turns::Fixed(order) => order.find(|&at| open[at]),
            Turns::Degrees(heap) => loop {
                let (degree, Reverse(at)) = heap.pop()?;
                if !open[at] {
                    continue;
                }
                let links = cluster.links(at);
                let now = links.iter().filter(|link| open[cluster.place(link.to)]).count();
                if now == degree {
                    return Some(at);
                }
                // Degrees only fall: whoever is on top with its true one has the highest.
                heap.push((now, Reverse(at)));
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;

    const PLAIN: Rank = Rank { bytes: 0, score: None };

    /// Rows on a line; similar by their distance.
    fn on_a_line(places: &[f64], keep: Keep, ranks: &[Rank]) -> Vec<(u32, u32)> {
        let similarity = |a: u32, b: u32| 1.0 - (places[a as usize] - places[b as usize]).abs();
        let rows = places.len() as u32;
        let pairs: Vec<_> = (0..rows)
            .flat_map(|a| (a + 1..rows).map(move |b| (a, b)))
            .map(|(a, b)| (a, b, similarity(a, b)))
            .filter(|pair| pair.2 >= 0.8)
            .collect();
        let rank = |row: u32| ranks.get(row as usize).copied().unwrap_or(PLAIN);
        resolve(rows, &pairs, 0.8, keep, rank, |a, b| Ok(similarity(a, b)))
            .expect("it cannot fail")
            .into_iter()
            .map(|gone| {
                assert_eq!(gone.jaccard, similarity(gone.row, gone.kept));
                (gone.row, gone.kept)
            })
            .collect()
    }

    #[test]
    fn who_is_kept_table() {
        let scored = |bytes, score| Rank { bytes, score };
        let ranks = [scored(9, None), scored(8, Some(1.0)), scored(7, Some(f64::NAN)), scored(7, Some(2.0))];
        for (places, keep, expected) in [
            // A pair: the first stays.
            (vec![0.0, 0.1], Keep::Central, vec![(1, 0)]),
            (vec![0.0, 0.1], Keep::First, vec![(1, 0)]),
            (vec![0.0, 0.1], Keep::Shortest, vec![(0, 1)]),
            (vec![0.0, 0.1, 0.1, 0.1], Keep::Shortest, vec![(0, 2), (1, 2), (3, 2)]),
            (vec![0.0, 0.1, 0.1, 0.1], Keep::HighestScore, vec![(0, 3), (1, 3), (2, 3)]),
            // A chain: its middle has the most near duplicates.
            (vec![0.0, 0.15, 0.29], Keep::Central, vec![(0, 1), (2, 1)]),
            (vec![0.0, 0.15, 0.29], Keep::First, vec![(1, 0), (2, 0)]),
            // Its end is too far from its beginning: it stays.
            (vec![0.0, 0.15, 0.33], Keep::First, vec![(1, 0)]),
            (vec![0.0, 0.14, 0.28, 0.42, 0.56, 0.7], Keep::First, vec![(1, 0), (2, 0), (4, 3), (5, 3)]),
            // Far apart.
            (vec![0.0, 0.3, 0.6], Keep::Central, vec![]),
            (vec![], Keep::Central, vec![]),
        ] {
            assert_eq!(on_a_line(&places, keep, &ranks), expected, "{places:?} {keep:?}");
        }
    }

    proptest! {
        #[test]
        fn sets_are_those_of_the_pairs(pairs in proptest::collection::vec((0u32..30, 0u32..30), 0..40)) {
            let mut sets = UnionFind::new(30);
            pairs.iter().for_each(|&(a, b)| sets.union(a, b));
            // By another way: spread the lowest row until nothing changes.
            let mut lowest: Vec<u32> = (0..30).collect();
            for _ in 0..30 {
                for &(a, b) in &pairs {
                    let low = lowest[a as usize].min(lowest[b as usize]);
                    (lowest[a as usize], lowest[b as usize]) = (low, low);
                }
            }
            for row in 0..30 {
                prop_assert_eq!(sets.find(row), lowest[row as usize]);
                let root = sets.find(row);
                prop_assert_eq!(sets.find(root), root);
            }
        }

        #[test]
        fn what_goes_points_to_what_stays(
            places in proptest::collection::vec(0u32..300, 0..25),
            keep in prop_oneof![
                Just(Keep::Central), Just(Keep::First), Just(Keep::Shortest), Just(Keep::HighestScore)
            ],
            sizes in proptest::collection::vec((0u32..5, proptest::option::of(0u32..3)), 25),
        ) {
            let places: Vec<f64> = places.into_iter().map(|place| f64::from(place) / 100.0).collect();
            let ranks: Vec<Rank> = sizes
                .into_iter()
                .map(|(bytes, score)| Rank { bytes, score: score.map(f64::from) })
                .collect();
            let gone: BTreeMap<u32, u32> = on_a_line(&places, keep, &ranks).into_iter().collect();
            for (row, kept) in &gone {
                prop_assert!(row != kept && !gone.contains_key(kept), "{} goes for {}", row, kept);
                let apart = (places[*row as usize] - places[*kept as usize]).abs();
                prop_assert!(1.0 - apart >= 0.8 * CHAIN_SHARE - 1e-9);
            }
            // Of two similar rows at least one goes.
            let stays: BTreeSet<u32> = (0..places.len() as u32).filter(|row| !gone.contains_key(row)).collect();
            for &a in &stays {
                for &b in stays.range(a + 1..) {
                    prop_assert!(1.0 - (places[a as usize] - places[b as usize]).abs() < 0.8);
                }
            }
        }
    }
}
