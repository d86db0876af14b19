//! Names of the files in the folder of headquarters' authority, and of what a box keeps of them.

/// Headquarters' master key: 32 bytes. Never leaves headquarters.
pub const MASTER: &str = "hq-master.key";
/// The key of blind indexes that all branches share: 32 bytes. Each box keeps a copy.
pub const TENANT_BLIND: &str = "tenant-blind.key";
/// Verifies headquarters' directives. Each box keeps a copy.
pub const DIRECTIVE_PUBLIC: &str = "hq-directive.pub";
/// What headquarters may open of one box is wrapped by it: 32 bytes, of that box alone.
pub const HQ_KEY: &str = "hq.key";
