//! Lengths and UUIDs of a packed pin, written one after the other and read in the same order.
//!
//! A length is a number in groups of seven bits, the lowest first. What may be missing is written
//! as its length plus one, 0 where it is missing; an id as 0 for missing, 1 for a UUID whose bytes
//! follow, and its length plus two for any other text.

use uuid::Uuid;

pub(crate) fn put_number(head: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f).to_le_bytes()[0];
        number >>= 7;
        if number == 0 {
            head.push(low);
            return;
        }
        head.push(low | 0x80);
    }
}

pub(crate) fn put_text(head: &mut Vec<u8>, texts: &mut String, text: &str) {
    put_number(head, text.len());
    texts.push_str(text);
}

pub(crate) fn put_optional(head: &mut Vec<u8>, texts: &mut String, text: Option<&str>) {
    match text {
        None => head.push(0),
        Some(text) => {
            put_number(head, text.len().saturating_add(1));
            texts.push_str(text);
        }
    }
}

pub(crate) fn put_ident(head: &mut Vec<u8>, texts: &mut String, text: Option<&str>) {
    let Some(text) = text else {
        return head.push(0);
    };
    if let Some(uuid) = uuid(text) {
        head.push(1);
        head.extend_from_slice(uuid.as_bytes());
    } else {
        put_number(head, text.len().saturating_add(2));
        texts.push_str(text);
    }
}

/// The UUID that is written exactly so: lower case, with hyphens.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    if text.len() != uuid::fmt::Hyphenated::LENGTH {
        return None;
    }
    let uuid = Uuid::try_parse(text).ok()?;
    let mut again = Uuid::encode_buffer();
    (*uuid.hyphenated().encode_lower(&mut again) == *text).then_some(uuid)
}

/// An id as it was packed.
pub(crate) enum Ident<'a> {
    Uuid(Uuid),
    Text(&'a str),
}

impl Ident<'_> {
    pub(crate) fn into_string(self) -> String {
        match self {
            Self::Uuid(uuid) => uuid.to_string(),
            Self::Text(text) => text.to_owned(),
        }
    }
}

/// A place in the head and the matching place in the texts. `None` comes where they end too early
/// or do not fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    pub(crate) head: &'a [u8],
    pub(crate) text: &'a str,
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) fn number(&mut self) -> Option<usize> {
        let (&first, rest) = self.head.split_first()?;
        self.head = rest;
        if first < 0x80 {
            return Some(usize::from(first));
        }
        self.long_number(first)
    }

    fn long_number(&mut self, first: u8) -> Option<usize> {
        let mut number = usize::from(first & 0x7f);
        // Four more groups: texts end at four gigabytes.
        for shift in [7, 14, 21, 28] {
            let (&byte, rest) = self.head.split_first()?;
            self.head = rest;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    #[inline]
    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (text, rest) = self.text.split_at_checked(length)?;
        self.text = rest;
        Some(text)
    }

    #[inline]
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        self.take(length)
    }

    #[inline]
    #[expect(
        clippy::option_option,
        reason = "there is no text, or there is no telling"
    )]
    pub(crate) fn optional(&mut self) -> Option<Option<&'a str>> {
        match self.number()?.checked_sub(1) {
            None => Some(None),
            Some(length) => self.take(length).map(Some),
        }
    }

    #[expect(
        clippy::option_option,
        reason = "there is no id, or there is no telling"
    )]
    pub(crate) fn ident(&mut self) -> Option<Option<Ident<'a>>> {
        match self.number()? {
            0 => Some(None),
            1 => {
                let bytes = self.bytes::<16>()?;
                Some(Some(Ident::Uuid(Uuid::from_bytes(*bytes))))
            }
            more => self.take(more - 2).map(|text| Some(Ident::Text(text))),
        }
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (bytes, rest) = self.head.split_first_chunk()?;
        self.head = rest;
        Some(bytes)
    }

    pub(crate) fn is_at_end(self) -> bool {
        self.head.is_empty() && self.text.is_empty()
    }
}
