//! JPEG data walked through without decoding them (ITU-T T.81): decoders fill what is missing or damaged with grey, which a scan
//! must not be judged by.
//!
//! Sequential, progressive and lossless data with Huffman codes. Every block's codes are read, so that data which end too early,
//! go on too long or hold no codes are told; what only changes a value is not.

use crate::scan::{Error, Result};

/// A Huffman table: for each length of code the first code of it, the first one past them, and where their symbols begin.
#[derive(Default, Clone)]
struct Table {
    lengths: [(u32, u32, usize); 16],
    symbols: Vec<u8>,
}

impl Table {
    fn new(counts: &[u8], symbols: &[u8]) -> Self {
        let mut table = Self { symbols: symbols.to_vec(), ..Self::default() };
        let (mut code, mut at) = (0u32, 0);
        for (length, &count) in table.lengths.iter_mut().zip(counts) {
            *length = (code, code + u32::from(count), at);
            code = (code + u32::from(count)) << 1;
            at += usize::from(count);
        }
        table
    }
}

/// Entropy-coded bits up to the next marker.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    held: u32,
    count: u32,
}

type Walked<T> = std::result::Result<T, &'static str>;

const EARLY: &str = "the JPEG data end too early";
const NO_CODE: &str = "the JPEG data hold what is no code";

impl Bits<'_> {
    fn bit(&mut self) -> Walked<u32> {
        if self.count == 0 {
            let byte = *self.bytes.get(self.at).ok_or(EARLY)?;
            // A stuffed zero follows what is no marker.
            let long = byte == 0xff;
            if long && self.bytes.get(self.at + 1) != Some(&0) {
                return Err(EARLY);
            }
            self.at += if long { 2 } else { 1 };
            (self.held, self.count) = (u32::from(byte), 8);
        }
        self.count -= 1;
        Ok(self.held >> self.count & 1)
    }

    fn take(&mut self, n: u8) -> Walked<u32> {
        (0..n).try_fold(0, |value, _| Ok(value << 1 | self.bit()?))
    }

    fn symbol(&mut self, table: &Table) -> Walked<u8> {
        let mut code = 0;
        for &(first, past, at) in &table.lengths {
            code = code << 1 | self.bit()?;
            if (first..past).contains(&code) {
                return table.symbols.get(at + (code - first) as usize).copied().ok_or(NO_CODE);
            }
        }
        Err(NO_CODE)
    }

    /// The marker at which the bits end, read past: only fill may stand before it.
    fn marker(&mut self) -> Walked<u8> {
        self.count = 0;
        if self.bytes.get(self.at) != Some(&0xff) {
            return Err(if self.at < self.bytes.len() { "the JPEG data go on past the picture's end" } else { EARLY });
        }
        while self.bytes.get(self.at) == Some(&0xff) {
            self.at += 1;
        }
        self.at += 1;
        self.bytes.get(self.at - 1).copied().ok_or(EARLY)
    }
}

#[derive(Default)]
struct Component {
    id: u8,
    across: usize,
    down: usize,
    /// Columns of blocks, without and with those that fill the last MCU.
    columns: usize,
    /// Which coefficients of each block are not 0 so far; of progressive data only.
    set: Vec<u64>,
    /// Columns of blocks in `set`.
    stride: usize,
    rows: usize,
    /// To which bit each coefficient is known; 0 is all of it.
    known: Known,
}

struct Known([u8; 64]);

impl Default for Known {
    fn default() -> Self {
        Self([u8::MAX; 64])
    }
}

/// What the frame header says.
#[derive(Default)]
struct Frame {
    process: u8,
    columns: usize,
    rows: usize,
    components: Vec<Component>,
}

impl Frame {
    fn parse(process: u8, body: &[u8]) -> Walked<Self> {
        let [_, a, b, c, d, n, rest @ ..] = body else { return Err(EARLY) };
        let word = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
        let (height, width) = (word(*a, *b), word(*c, *d));
        let stated = rest.chunks_exact(3).take(usize::from(*n));
        let mut components: Vec<Component> = stated
            .map(|part| Component {
                id: part[0],
                across: usize::from(part[1] >> 4).max(1),
                down: usize::from(part[1] & 15).max(1),
                ..Component::default()
            })
            .collect();
        if components.is_empty() || components.len() > 4 {
            return Err("the JPEG frame header is damaged");
        }
        let most_across = components.iter().map(|part| part.across).max().unwrap_or(1);
        let most_down = components.iter().map(|part| part.down).max().unwrap_or(1);
        let unit = if process == 3 { 1 } else { 8 };
        let (columns, rows) = (width.div_ceil(unit * most_across), height.div_ceil(unit * most_down));
        for part in &mut components {
            part.columns = (width * part.across).div_ceil(most_across).div_ceil(unit);
            part.rows = (height * part.down).div_ceil(most_down).div_ceil(unit);
            part.stride = columns * part.across;
            if process == 2 {
                part.set = vec![0; part.stride * rows * part.down];
            }
        }
        Ok(Self { process, columns, rows, components })
    }
}

/// How a scan codes its blocks.
#[derive(Clone, Copy)]
struct Coding {
    process: u8,
    first: u8,
    last: u8,
    /// The bit down to which coefficients were known before, 0 for not at all, and are known after.
    before: u8,
}

/// Walks the block of which `set` coefficients are not 0; `skip` counts blocks that are said to hold no more.
fn block(bits: &mut Bits<'_>, coding: Coding, (dc, ac): (&Table, &Table), set: &mut u64, skip: &mut u32) -> Walked<()> {
    let Coding { process, first, last, before } = coding;
    if process == 3 {
        let length = bits.symbol(dc)?;
        return if length > 16 { Err(NO_CODE) } else { bits.take(length % 16).map(|_| ()) };
    }
    let mut at = first;
    if first == 0 {
        let length = if before > 0 { 1 } else { bits.symbol(dc)? };
        if length > 15 {
            return Err(NO_CODE);
        }
        bits.take(length)?;
        at = 1;
    }
    // Coefficients that are not 0 yet are told of first; those that are have one bit more each.
    let correct =
        |bits: &mut Bits<'_>, at: u8, set: u64| if set >> at & 1 == 1 { bits.take(1).map(|_| true) } else { Ok(false) };
    while *skip == 0 && at <= last {
        let symbol = bits.symbol(ac)?;
        let (mut run, length) = (symbol >> 4, symbol & 15);
        if length == 0 && run < 15 {
            if run > 0 && process != 2 {
                return Err(NO_CODE);
            }
            *skip = (1 << run) + bits.take(run)?;
            break;
        }
        if before > 0 {
            if length > 1 {
                return Err(NO_CODE);
            }
            bits.take(length)?;
            while at <= last && (correct(bits, at, *set)? || run > 0) {
                run -= u8::from(*set >> at & 1 == 0);
                at += 1;
            }
        } else {
            at += run;
        }
        if length > 0 {
            if at > last {
                return Err(NO_CODE);
            }
            *set |= 1 << at;
            if before == 0 {
                bits.take(length)?;
            }
        }
        at += 1;
    }
    if before > 0 {
        for at in at..=last {
            correct(bits, at, *set)?;
        }
    }
    *skip = skip.saturating_sub(1);
    Ok(())
}

#[derive(Default)]
struct Walk {
    frame: Frame,
    dc: [Table; 4],
    ac: [Table; 4],
    /// MCUs between restart markers; 0 for none.
    restart: usize,
}

impl Walk {
    fn tables(&mut self, mut body: &[u8]) -> Walked<()> {
        while let [kind, rest @ ..] = body {
            let counts = rest.get(..16).ok_or(EARLY)?;
            let n = counts.iter().map(|&count| usize::from(count)).sum::<usize>();
            let symbols = rest.get(16..16 + n).ok_or(EARLY)?;
            let tables = if kind >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *tables.get_mut(usize::from(kind & 15)).ok_or("a JPEG Huffman table has no number")? =
                Table::new(counts, symbols);
            body = &rest[16 + n..];
        }
        Ok(())
    }

    /// Walks the scan that `body` begins; the bits end where it does.
    fn scan(&mut self, body: &[u8], bits: &mut Bits<'_>) -> Walked<()> {
        const DAMAGED: &str = "a JPEG scan header is damaged";
        let [n, rest @ ..] = body else { return Err(EARLY) };
        let n = usize::from(*n);
        let (parts, ends) = rest.split_at_checked(2 * n).ok_or(EARLY)?;
        let &[first, last, bit, ..] = ends else { return Err(EARLY) };
        let process = self.frame.process;
        let coding = if process == 2 {
            Coding { process, first, last, before: bit >> 4 }
        } else {
            Coding { process, first: 0, last: 63, before: 0 }
        };
        if coding.last > 63 || coding.first > coding.last {
            return Err(DAMAGED);
        }
        let mut members = Vec::new();
        for part in parts.chunks_exact(2) {
            let found = self.frame.components.iter().position(|component| component.id == part[0]).ok_or(DAMAGED)?;
            let tables = (usize::from(part[1] >> 4), usize::from(part[1] & 15));
            if tables.0 > 3 || tables.1 > 3 {
                return Err(DAMAGED);
            }
            members.push((found, tables));
        }
        let (Some(&(only, _)), false) = (members.first(), members.len() > 4) else { return Err(DAMAGED) };
        let alone = members.len() == 1;
        let (columns, rows) = if alone {
            (self.frame.components[only].columns, self.frame.components[only].rows)
        } else {
            (self.frame.columns, self.frame.rows)
        };
        let (mut skip, mut none) = (0, 0);
        for mcu in 0..columns * rows {
            if self.restart > 0 && mcu > 0 && mcu % self.restart == 0 {
                let expected = 0xd0 + ((mcu / self.restart - 1) % 8) as u8;
                if skip > 0 || bits.marker()? != expected {
                    return Err("a JPEG restart marker is missing");
                }
            }
            for &(member, (dc, ac)) in &members {
                let component = &mut self.frame.components[member];
                let (across, down) = if alone { (1, 1) } else { (component.across, component.down) };
                for inner in 0..across * down {
                    let column = mcu % columns * across + inner % across;
                    let row = mcu / columns * down + inner / across;
                    let set = component.set.get_mut(row * component.stride + column).unwrap_or(&mut none);
                    block(bits, coding, (&self.dc[dc], &self.ac[ac]), set, &mut skip)?;
                }
            }
        }
        if skip > 0 {
            return Err(NO_CODE);
        }
        let to = if process == 2 { bit & 15 } else { 0 };
        for (member, _) in members {
            self.frame.components[member].known.0[usize::from(coding.first)..=usize::from(coding.last)].fill(to);
        }
        Ok(())
    }
}

fn walk(state: &mut Walk, bytes: &[u8]) -> Walked<usize> {
    /// Encoders make ten; each may walk all blocks for a few bytes.
    const MOST_SCANS: usize = 100;
    let mut bits = Bits { bytes, at: 2, held: 0, count: 0 };
    let mut scans = 0;
    loop {
        let marker = bits.marker()?;
        match marker {
            0x01 | 0xd8 => continue,
            0xd9 => break,
            _ => {}
        }
        let at = bits.at;
        let length = bytes.get(at..at + 2).ok_or(EARLY)?;
        let end = at + usize::from(u16::from_be_bytes([length[0], length[1]])).max(2);
        let body = bytes.get(at + 2..end).ok_or(EARLY)?;
        bits.at = end;
        match marker {
            0xc4 => state.tables(body)?,
            0xdd => state.restart = body.get(..2).map_or(0, |n| usize::from(u16::from_be_bytes([n[0], n[1]]))),
            0xda if scans == MOST_SCANS => return Err("the JPEG data hold too many scans"),
            0xda => {
                scans += 1;
                state.scan(body, &mut bits)?;
            }
            0xc0..=0xc3 if state.frame.components.is_empty() => state.frame = Frame::parse(marker - 0xc0, body)?,
            0xc0..=0xc3 => return Err("the JPEG data hold two frames"),
            _ => {}
        }
    }
    let whole = |component: &Component| component.known.0.iter().all(|&bit| bit == 0);
    if state.frame.components.iter().all(whole) { Ok(bits.at) } else { Err("parts of the JPEG picture are missing") }
}

/// Walks JPEG data of process 0 to 3 from their begin, with Huffman tables that a stream of their own may hold; gives the place
/// behind the end marker.
///
/// # Errors
/// A format error for data that are not whole.
pub(super) fn check(bytes: &[u8], tables: Option<&[u8]>) -> Result<usize> {
    let mut all = Walk::default();
    let whole = tables.map_or(Ok(0), |tables| walk(&mut all, tables)).and_then(|_| walk(&mut all, bytes));
    whole.map_err(|fault| Error::format(fault).help(super::DAMAGED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};

    fn encoded(color: ExtendedColorType) -> Vec<u8> {
        let channels = usize::from(color.channel_count());
        let data: Vec<u8> = (0..90 * 50 * channels).map(|at| (at * 7919 % 251) as u8).collect();
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 90).write_image(&data, 90, 50, color).unwrap();
        bytes
    }

    #[test]
    fn whole_data_end_at_their_marker_and_no_cut_is_whole() {
        for color in [ExtendedColorType::L8, ExtendedColorType::Rgb8] {
            let bytes = encoded(color);
            assert_eq!(check(&[bytes.clone(), vec![7; 9]].concat(), None).unwrap(), bytes.len());
            for at in (bytes.len() / 3..bytes.len() - 2).step_by(97) {
                assert!(check(&bytes[..at], None).is_err(), "{at}");
                let closed = [&bytes[..at], &[0xff, 0xd9]].concat();
                assert!(check(&closed, None).is_err(), "{at}, closed");
            }
        }
    }
}
