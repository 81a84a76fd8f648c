//! `--write`: packets of legacy sessions as pcapng (draft-ietf-opsawg-pcapng), a section for each file or each time it is opened.
//!
//! What is in the packets has been decided before ([`crate::evidence`]). The first packet of a session has its
//! `event.id` as comment.

use std::io::{self, ErrorKind};
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::commands::log_file::{LogFile, Rotation};
use crate::evidence::KeptPacket;
use crate::packet::LinkType;
use crate::pipeline::Evidence;
use crate::source::pcapng::codes::{BYTE_ORDER_MAGIC, block, interface, option, section};

/// Where packets go.
pub(super) struct EvidenceFile {
    file: LogFile,
    /// Names of the interfaces by their number.
    names: Vec<String>,
    /// Those described in this section, with their link types.
    described: Vec<(u32, LinkType)>,
    begun: bool,
    /// Bytes that belong together and go out with one write.
    blocks: Vec<u8>,
    /// Sessions whose packets could not be written.
    lost: u64,
}

impl EvidenceFile {
    /// Goes on in a file, if it is there.
    pub(super) fn open(path: &Path, rotation: Rotation, names: &[String]) -> Result<Self> {
        let file = LogFile::append(path, rotation)
            .with_context(|| format!("`{}` cannot be created", path.display()))?;
        Ok(Self {
            file,
            names: names.to_vec(),
            described: Vec::new(),
            begun: false,
            blocks: Vec::new(),
            lost: 0,
        })
    }

    /// Writes the packets of a session, and puts the file aside if that made it large.
    pub(super) fn write(&mut self, evidence: &Evidence) -> Result<()> {
        self.blocks.clear();
        if self.file.take_other() {
            self.begun = false;
        }
        if !self.begun {
            self.section();
        }
        let mut comment = Some(format!("event.id {:016x}", evidence.session));
        for packet in &evidence.packets {
            let interface = self.interface(packet);
            self.packet(packet, interface, comment.take());
        }
        let written = self.write_blocks();
        self.begun = written.is_ok();
        self.lost += u64::from(written.is_err());
        let rotated = self.file.rotate();
        written.and(rotated)
    }

    /// Writes all blocks or none: readers of the file give up at half of one.
    fn write_blocks(&mut self) -> Result<()> {
        let mut written = 0;
        while let Some(left @ [_, ..]) = self.blocks.get(written..) {
            let failure = match self.file.write(left) {
                Ok(0) => io::Error::from(ErrorKind::WriteZero),
                Ok(count) => {
                    written += count;
                    continue;
                }
                Err(error) => error,
            };
            let _ = self.file.take_back(written as u64);
            let told = format!("writing packets to {}", self.file.name());
            return Err(failure).context(told);
        }
        Ok(())
    }

    /// Sessions whose packets could not be written.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// Opens the file anew by its name.
    pub(super) fn reopen(&mut self) -> Result<()> {
        self.file.reopen()
    }

    fn section(&mut self) {
        self.described.clear();
        let body = [
            &BYTE_ORDER_MAGIC.to_le_bytes()[..],
            &1_u16.to_le_bytes(),
            &0_u16.to_le_bytes(),
            &u64::MAX.to_le_bytes(), // a section of unknown length
            &option(section::APPLICATION, b"tlstally"),
            &option(option::END, b""),
        ];
        self.block(block::SECTION, &body.concat());
    }

    /// The number of a packet's interface in this section.
    fn interface(&mut self, packet: &KeptPacket) -> u32 {
        let wanted = (packet.origin, packet.link);
        if let Some(known) = self.described.iter().position(|known| *known == wanted) {
            return known as u32;
        }
        let name = self.names.get(packet.origin as usize);
        let name = name.map_or(&b""[..], |name| name.as_bytes());
        let body = [
            &u32::from(packet.link.0).to_le_bytes()[..], // link type, and two reserved bytes
            &0_u32.to_le_bytes(),
            &option(interface::NAME, name),
            &option(interface::RESOLUTION, &[9]),
            &option(option::END, b""),
        ];
        self.block(block::INTERFACE, &body.concat());
        self.described.push(wanted);
        self.described.len() as u32 - 1
    }

    fn packet(&mut self, packet: &KeptPacket, interface: u32, comment: Option<String>) {
        let time = packet.time.0;
        let words = [
            interface,
            (time >> 32) as u32,
            time as u32,
            packet.bytes.len() as u32,
            packet.original,
        ];
        let mut body: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        body.extend(&packet.bytes);
        body.resize(body.len().next_multiple_of(4), 0);
        if let Some(comment) = comment {
            body.extend(option(option::COMMENT, comment.as_bytes()));
            body.extend(option(option::END, b""));
        }
        self.block(block::ENHANCED, &body);
    }

    fn block(&mut self, kind: u32, body: &[u8]) {
        let length = (body.len() as u32 + 12).to_le_bytes();
        self.blocks.extend(kind.to_le_bytes());
        self.blocks.extend(length);
        self.blocks.extend(body);
        self.blocks.extend(length);
    }
}

fn option(code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = code.to_le_bytes().to_vec();
    option.extend((value.len() as u16).to_le_bytes());
    option.extend(value);
    option.resize(option.len().next_multiple_of(4), 0);
    option
}
