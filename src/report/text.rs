//! Captions in pictures.

use super::colour::mix;
use image::{Rgb, RgbImage};
use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};
use std::fmt::Write as _;

/// A size and weight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Face {
    weight: FontWeight,
    height: RasterHeight,
}

impl Face {
    /// Titles: 20 pixels, bold.
    pub(crate) const TITLE: Self = Self { weight: FontWeight::Bold, height: RasterHeight::Size20 };
    /// Everything else: 16 pixels.
    pub(crate) const PLAIN: Self = Self { weight: FontWeight::Regular, height: RasterHeight::Size16 };

    /// Rows a line takes.
    pub(crate) fn height(self) -> u32 {
        self.height.val() as u32
    }

    /// Columns that `text` takes.
    pub(crate) fn width(self, text: &str) -> u32 {
        (text.chars().count() * get_raster_width(self.weight, self.height)) as u32
    }

    /// `text` as it can be drawn, cut with an ellipsis in its middle to fit `width` columns: both ends of a file name matter.
    pub(crate) fn fit(self, text: &str, width: u32) -> String {
        let text = &drawable(text);
        let most = width as usize / get_raster_width(self.weight, self.height).max(1);
        let characters: Vec<char> = text.chars().collect();
        if characters.len() <= most {
            return text.to_owned();
        }
        let kept = most.saturating_sub(3);
        let head: String = characters[..kept - kept / 2].iter().collect();
        let tail: String = characters[characters.len() - kept / 2..].iter().collect();
        format!("{head}...{tail}")
    }

    /// `text` in lines of at most `width` columns, broken between words; a word that is longer is cut in its middle.
    pub(crate) fn wrapped(self, text: &str, width: u32) -> Vec<String> {
        let text = &drawable(text);
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if self.width(line) + self.width(word) + self.width(" ") <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(self.fit(word, width)),
            }
        }
        lines
    }
}

/// A text in letters that the font has: others are written in Latin ones, as far as that is usual (`コンテナ` becomes `kontena`), and what has
/// none is shown by its number.
pub(crate) fn drawable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        let Face { weight, height } = Face::PLAIN;
        match any_ascii::any_ascii_char(letter) {
            _ if get_raster(letter, weight, height).is_some() => shown.push(letter),
            // An accent that stands behind its letter.
            "" if matches!(letter, '\u{300}'..='\u{36f}') => {}
            "" => {
                let _ = write!(shown, "<{:X}>", u32::from(letter));
            }
            latin => shown.push_str(latin),
        }
    }
    shown
}

/// Draws one line with its top left corner at `(x, y)`; what does not fit the image is cut off and
/// characters without a glyph become `?`.
pub(crate) fn draw(image: &mut RgbImage, (x, y): (i64, i64), face: Face, colour: Rgb<u8>, text: &str) {
    let advance = get_raster_width(face.weight, face.height) as i64;
    for (index, character) in text.chars().enumerate() {
        let glyph =
            get_raster(character, face.weight, face.height).or_else(|| get_raster('?', face.weight, face.height));
        let Some(glyph) = glyph else { continue };
        for (row, line) in glyph.rows().enumerate() {
            for (column, &share) in line.iter().enumerate() {
                let at = (x + index as i64 * advance + column as i64, y + row as i64);
                let (Ok(column), Ok(row)) = (u32::try_from(at.0), u32::try_from(at.1)) else { continue };
                if let Some(pixel) = image.get_pixel_mut_checked(column, row)
                    && share > 0
                {
                    *pixel = mix(*pixel, colour, f32::from(share) / 255.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_keeps_both_ends_and_fits() {
        let face = Face::PLAIN;
        let cut = face.fit("a-very-long-file-name-of-a-scan.tif", face.width("0123456789"));
        assert_eq!(cut, "a-ve...tif");
        assert_eq!(face.fit("short", 1000), "short");
        assert_eq!(face.fit("äöü", face.width("0")), "...");
    }

    #[test]
    fn names_in_any_script_can_be_read() {
        assert_eq!(drawable("ünïcode/bōx 7 · ±.tif"), "ünïcode/bōx 7 · ±.tif");
        assert_eq!(drawable("コンテナ.dcs"), "kontena.dcs");
        assert_eq!(drawable("Груз 北京"), "Gruz BeiJing");
        assert_eq!(drawable("u\u{308}\u{e000}"), "u<E000>");
        assert_eq!(Face::PLAIN.fit("コンテナ.dcs", 1000), "kontena.dcs");
    }

    #[test]
    fn sentences_are_broken_between_words() {
        let face = Face::PLAIN;
        let width = face.width("0123456789");
        assert_eq!(face.wrapped("the beam did not get through", width), ["the beam", "did not", "get", "through"]);
        assert_eq!(face.wrapped("a averyverylongword b", width), ["a", "aver...ord", "b"]);
        assert!(face.wrapped("", width).is_empty());
    }

    #[test]
    fn text_outside_the_image_is_cut_off_and_unknown_letters_are_shown() {
        let mut image = RgbImage::new(20, 20);
        draw(&mut image, (-5, -5), Face::PLAIN, Rgb([255; 3]), "中文 abc");
        assert!(image.pixels().any(|pixel| pixel.0 != [0; 3]));
    }
}
