//! The name and keyvalues that a person gives a pin.

use std::collections::BTreeMap;

/// What may be said about a pin when it is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The pin's name; `None` leaves it to the service.
    pub name: Option<String>,
    /// Free pairs of text, ordered by key.
    pub keyvalues: BTreeMap<String, String>,
}

impl Metadata {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.name.is_none() && self.keyvalues.is_empty()
    }

    /// Reads one `KEY=VALUE`. The value may be empty and may hold further `=`.
    ///
    /// The error is a sentence for the person who typed it.
    pub fn parse_pair(text: &str) -> Result<(String, String), String> {
        let Some((key, value)) = text.split_once('=') else {
            return Err(format!("'{text}' is not KEY=VALUE"));
        };
        let key = key.trim();
        if key.is_empty() {
            return Err(format!("'{text}' has no key before the ="));
        }
        Ok((key.to_owned(), value.trim().to_owned()))
    }

    /// Reads a pair a line, skipping empty lines; a key given twice is an error.
    ///
    /// The error is the number of the line, from 1, and a sentence.
    pub fn parse_lines<'a>(
        lines: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, String>, (usize, String)> {
        let mut pairs = BTreeMap::new();
        for (index, line) in lines.into_iter().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let (key, value) = Self::parse_pair(line).map_err(|why| (index + 1, why))?;
            if pairs.insert(key.clone(), value).is_some() {
                return Err((index + 1, format!("the key '{key}' is given twice")));
            }
        }
        Ok(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_pairs_and_mistakes_are_named_by_line() {
        let pairs = Metadata::parse_lines(["env=prod", "", " team = a=b "]).unwrap();
        assert_eq!(pairs["env"], "prod");
        assert_eq!(pairs["team"], "a=b");
        assert_eq!(Metadata::parse_lines(["a=1", "oops"]).unwrap_err().0, 2);
        assert_eq!(Metadata::parse_lines(["a=1", "a=2"]).unwrap_err().0, 2);
        assert!(Metadata::parse_pair("=x").is_err());
    }
}
