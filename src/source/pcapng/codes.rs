//! Numbers of draft-ietf-opsawg-pcapng, for reading here and for what writes pcapng.

/// What a section header holds after its lead, read in the order it was written in.
pub(crate) const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// Block types, draft section 11.1.
pub(crate) mod block {
    pub(crate) const SECTION: u32 = 0x0a0d_0d0a;
    pub(crate) const INTERFACE: u32 = 1;
    pub(in crate::source) const OBSOLETE: u32 = 2;
    pub(in crate::source) const SIMPLE: u32 = 3;
    pub(in crate::source) const STATISTICS: u32 = 5;
    pub(crate) const ENHANCED: u32 = 6;
}

/// Options of any block, draft section 3.5.
pub(crate) mod option {
    pub(crate) const END: u16 = 0;
    pub(crate) const COMMENT: u16 = 1;
}

/// Options of a section header, draft section 4.1.
pub(crate) mod section {
    pub(crate) const APPLICATION: u16 = 4;
}

/// Options of an interface description, draft section 4.2.
pub(crate) mod interface {
    pub(crate) const NAME: u16 = 2;
    pub(in crate::source) const DESCRIPTION: u16 = 3;
    pub(crate) const RESOLUTION: u16 = 9;
    pub(in crate::source) const OFFSET: u16 = 14;
}
