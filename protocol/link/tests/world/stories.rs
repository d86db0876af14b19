//! What happens to disks and identities: restored, copied, pruned, forged.
use super::{Disk, Life, World};
use link::DirectiveSigner;
use messages::{
    BoxId, UtcMs,
    directive::{Directive, DncSet, Wish},
};

impl World {
    /// From its backup; the new run begins with a fact of its own before the link is up.
    pub(crate) fn restore_box(&mut self) {
        if let Some(backup) = self.backup.clone() {
            self.restored(backup);
            let now = self.now();
            self.life.append(now, &mut self.rng, 1, 0.0);
        }
    }

    /// The restore is known: nothing is written before headquarters was asked.
    pub(crate) fn restore_box_quietly(&mut self) {
        if let Some(backup) = self.backup.clone() {
            self.restored(backup);
        }
    }

    pub(crate) fn restored(&mut self, disk: Disk) {
        let now = self.now();
        self.cut();
        self.restores += 1;
        self.lives += 1;
        let (seed, lives) = (self.seed, self.lives);
        let ran = core::mem::take(&mut self.life.ran);
        let off = self.life.clock_off_ms;
        self.life = Life::new(disk, lives, seed ^ lives, now);
        self.life.ran = ran;
        self.life.clock_off_ms = off;
        self.set_bad(self.bad);
    }

    pub(crate) fn backup_box(&mut self) {
        self.backup = Some(self.life.disk.clone());
    }

    pub(crate) fn restore_hq(&mut self) {
        if self.hq.restore() {
            self.restores += 1;
            self.cut();
            let now = self.now();
            if let Some(copy) = &mut self.copy {
                copy.cut(now);
            }
        }
    }

    /// The disk is copied, and a second machine is started from it.
    pub(crate) fn clone_box(&mut self) {
        if self.copy.is_some() {
            return;
        }
        let now = self.now();
        self.clones += 1;
        self.lives += 1;
        let copy = Life::new(
            self.life.disk.clone(),
            self.lives,
            self.seed ^ self.lives,
            now,
        );
        self.copy = Some(copy);
        self.set_bad(self.bad);
    }

    /// A person ends the copy, and lets the other one go on.
    pub(crate) fn end_of_the_copy(&mut self) {
        if self.copy.take().is_some() && self.hq.books.book.quarantined {
            let boot = self.life.boot_id();
            self.hq.books.book = self.hq.books.book.released(boot);
        }
    }

    /// Only what headquarters calls safe is forgotten.
    pub(crate) fn prune_box(&mut self) {
        let disk = &mut self.life.disk;
        let upto = disk.cursor.safe.min(disk.head().seq);
        disk.oldest = disk.oldest.max(upto + 1);
        let now = self.now();
        self.life.tell_head(now);
    }

    pub(crate) fn forgery(&mut self) -> Vec<u8> {
        let next = self.life.disk.inbox.len() + 1;
        let seq = u64::try_from(next).unwrap();
        let wish: Wish = DncSet {
            changes: Vec::new(),
        }
        .into();
        let own = self.hq.box_id.clone();
        let to = |box_id, tenant| Directive::new(tenant, box_id, seq, UtcMs(1), &wish).unwrap();
        let stranger = DirectiveSigner::from_seed(&[66; 32]).unwrap();
        match self.rng.below(5) {
            0 => stranger.sign(&to(own, "hq")).unwrap(),
            1 => super::signer()
                .sign(&to(BoxId::parse("sz-02").unwrap(), "hq"))
                .unwrap(),
            2 => super::signer().sign(&to(own, "other")).unwrap(),
            3 => {
                let mut bytes = super::signer().sign(&to(own, "hq")).unwrap();
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
                bytes
            }
            _ => {
                let directive = messages::wire::encode(&to(own, "hq")).unwrap();
                let unsigned = messages::directive::SignedDirective {
                    key_id: String::new(),
                    signature: Vec::new(),
                    directive,
                };
                messages::wire::encode(&unsigned).unwrap()
            }
        }
    }
}
