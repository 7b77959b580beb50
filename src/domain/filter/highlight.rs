//! Which characters of a name a filter matched.

use nucleo_matcher::Utf32Str;
use unicode_segmentation::UnicodeSegmentation as _;

use super::fold::{fold_char, view};
use super::needle::Needle;
use super::pattern::Pattern;
use super::scratch::Scratch;
use super::term::{Condition, Expression, Test};
use super::word::{Manner, Word};

/// The indices of graphemes that at least one condition matched, ascending.
pub(super) fn highlights(conditions: &[Condition], name: &str, scratch: &mut Scratch) -> Vec<u32> {
    let mut marked = Vec::new();
    let mut places: Option<Vec<u32>> = None;
    for condition in conditions.iter().filter(|condition| !condition.negated) {
        let mut found = match &condition.test {
            Test::Word(Word {
                manner: Manner::Fuzzy,
                needle,
            }) => fuzzy(needle, name, scratch),
            Test::Word(Word {
                manner: Manner::Literal,
                needle,
            })
            | Test::Name(Pattern::Part(needle)) => piece(needle, view(name, &mut scratch.chars)),
            Test::NameRegex(Expression(regex)) => {
                if let Some(found) = regex.find(name) {
                    marked.extend(graphemes_of(name, found.start(), found.end()));
                }
                continue;
            }
            _ => continue,
        };
        let places = places.get_or_insert_with(|| places_of(name));
        for at in &mut found {
            let place = usize::try_from(*at).ok().and_then(|at| places.get(at));
            *at = place.copied().unwrap_or(*at);
        }
        marked.append(&mut found);
    }
    marked.sort_unstable();
    marked.dedup();
    marked
}

/// Indices of the name's folded characters.
fn fuzzy(needle: &Needle, name: &str, scratch: &mut Scratch) -> Vec<u32> {
    let mut found = Vec::new();
    let view = view(name, &mut scratch.chars);
    let _score = scratch
        .matcher
        .fuzzy_indices(view, needle.as_utf32(), &mut found);
    found
}

/// Indices of the name's folded characters.
fn piece(needle: &Needle, view: Utf32Str<'_>) -> Vec<u32> {
    let Some(at) = needle.find_in(view) else {
        return Vec::new();
    };
    (at..at + needle.len())
        .filter_map(|at| u32::try_from(at).ok())
        .collect()
}

/// The grapheme that each folded character of the name belongs to.
fn places_of(name: &str) -> Vec<u32> {
    let mut places = Vec::with_capacity(name.len());
    for (index, grapheme) in (0..).zip(name.graphemes(true)) {
        places.extend(grapheme.chars().filter_map(fold_char).map(|_| index));
    }
    places
}

/// The graphemes that lie, wholly or in part, between two bytes of the name.
fn graphemes_of(name: &str, start: usize, end: usize) -> impl Iterator<Item = u32> {
    (0..)
        .zip(name.grapheme_indices(true))
        .skip_while(move |(_, (at, grapheme))| at + grapheme.len() <= start)
        .take_while(move |(_, (at, _))| *at < end)
        .map(|(index, _)| index)
}
