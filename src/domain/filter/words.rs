//! Words alone, for texts of our own: what a person types to find a command.

use super::fold::view;
use super::needle::Needle;
use super::scratch::Scratch;

/// Words that are looked for in any order, the characters of each in theirs.
#[derive(Debug, Default)]
pub struct Words(Vec<Needle>);

impl Words {
    /// The words of a text, whatever stands in it.
    pub fn new(text: &str) -> Self {
        Self(text.split_whitespace().filter_map(Needle::new).collect())
    }

    /// Whether there are none, so that everything matches.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How well each word does in the best of the texts, greater is better; `None` where a word is
    /// in none of them.
    pub fn score(&self, texts: &[&str], scratch: &mut Scratch) -> Option<u32> {
        let mut sum = 0_u32;
        for needle in &self.0 {
            let best = texts.iter().filter_map(|text| {
                let view = view(text, &mut scratch.chars);
                scratch.matcher.fuzzy_match(view, needle.as_utf32())
            });
            sum = sum.saturating_add(best.max()?.into());
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_has_to_be_somewhere_and_the_better_place_counts() {
        let mut scratch = Scratch::default();
        let mut score = |words, texts: &[&str]| Words::new(words).score(texts, &mut scratch);
        assert_eq!(score("", &["anything"]), Some(0));
        assert_eq!(score(" \t ", &[]), Some(0));
        assert_eq!(score("undo zebra", &["take it back", "undo"]), None);
        assert_eq!(
            score("BACK undo", &["take it back", "undo"]),
            score("undo back", &["take it back", "undo"])
        );
        assert!(score("undo", &["undo"]) > score("undo", &["unpin the marked, or this one"]));
    }
}
