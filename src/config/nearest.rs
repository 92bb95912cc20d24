//! Did-you-mean: the known names nearest to a misspelt one.

/// The known names that `name` may have been meant as, nearest first, at most three.
pub fn nearest<'a>(name: &str, known: &[&'a str]) -> Vec<&'a str> {
    let name = name.to_lowercase().replace('-', "_");
    let mut close: Vec<(usize, &str)> = known
        .iter()
        .filter_map(|&candidate| {
            let allowed = (candidate.chars().count().max(name.chars().count()) / 3).max(1);
            let distance = distance(&name, candidate);
            let part = name.len() >= 3 && candidate.split('_').any(|word| word == name)
                || candidate.len() >= 3 && name.split('_').any(|word| word == candidate);
            if distance <= allowed {
                Some((distance, candidate))
            } else {
                part.then_some((allowed + 1, candidate))
            }
        })
        .collect();
    close.sort_by_key(|&(distance, _)| distance);
    // A near miss makes the far ones noise.
    if let Some(&(best, _)) = close.first() {
        close.retain(|&(distance, _)| distance == best);
    }
    close.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// "did you mean `a`?", else the list of what is known, which `what` introduces.
pub fn hint(name: &str, known: &[&str], what: &str) -> Option<String> {
    let close = nearest(name, known);
    if !close.is_empty() {
        return Some(format!("did you mean {}?", ticked(&close, " or ")));
    }
    list(known, what)
}

/// The list of what is known, which `what` introduces.
pub fn list(known: &[&str], what: &str) -> Option<String> {
    (!known.is_empty()).then(|| format!("{what} {}", ticked(known, ", ")))
}

fn ticked(names: &[&str], between: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(between)
}

/// Edit distance with swaps of neighbours (optimal string alignment), in characters.
fn distance(a: &str, b: &str) -> usize {
    // Names in a config are short; a hostile one is cut so that the table stays small.
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_table() {
        let keys = ["temperature", "top_p", "top_k", "min_p", "max_new_tokens", "stop"];
        for (name, expected) in [
            ("temprature", &["temperature"][..]),
            ("Temperature", &["temperature"]),
            ("top-p", &["top_p"]),
            ("max_tokens", &["max_new_tokens"]),
            ("tokens", &["max_new_tokens"]),
            ("tsop", &["stop"]),
            ("seed", &[]),
            ("", &[]),
        ] {
            assert_eq!(nearest(name, &keys), expected, "{name}");
        }
    }

    #[test]
    fn hints_list_what_is_known_when_nothing_is_near() {
        assert_eq!(hint("tsop", &["stop", "top_k"], "keys").as_deref(), Some("did you mean `stop`?"));
        assert_eq!(
            hint("seed", &["stop", "min_p"], "its keys are").as_deref(),
            Some("its keys are `stop`, `min_p`")
        );
        assert_eq!(hint("seed", &[], "its keys are"), None);
    }
}
