//! Which stage the disk is in: by the room that is left, never to and fro at a border.
use messages::DiskStage;

/// Above a border by so much of it, in hundredths, before what was given up comes back.
const BACK_PERCENT: u64 = 125;

#[derive(Clone, Copy, Debug)]
pub struct RoomRule {
    ballast_bytes: u64,
    quota_bytes: u64,
    stage: DiskStage,
}

impl RoomRule {
    /// `ballast_bytes`: what the ballast file holds; `quota_bytes`: what is kept for journal, tables and keys.
    #[must_use]
    pub const fn new(ballast_bytes: u64, quota_bytes: u64) -> Self {
        Self {
            ballast_bytes,
            quota_bytes,
            stage: DiskStage::Ample,
        }
    }

    #[must_use]
    pub const fn stage(&self) -> DiskStage {
        self.stage
    }

    /// `room_bytes`: free on the disk, together with what the ballast holds at this moment. The new stage, if it is another one.
    pub fn look(&mut self, room_bytes: u64) -> Option<DiskStage> {
        let worse = self.reached(room_bytes, 100);
        let better = self.reached(room_bytes, BACK_PERCENT);
        let next = if worse > self.stage {
            worse
        } else {
            better.min(self.stage)
        };
        let changed = next != self.stage;
        self.stage = next;
        changed.then_some(next)
    }

    /// The worst stage whose border (taken so many hundredths high) lies above the room.
    fn reached(&self, room_bytes: u64, percent: u64) -> DiskStage {
        let worst_first = DiskStage::ALL.into_iter().rev();
        worst_first
            .filter(|stage| {
                u128::from(room_bytes) < u128::from(self.border(*stage)) * u128::from(percent) / 100
            })
            .max()
            .unwrap_or(DiskStage::Ample)
    }

    /// Below this much room the stage begins.
    const fn border(&self, stage: DiskStage) -> u64 {
        match stage {
            DiskStage::Ample => 0,
            DiskStage::BallastFreed => self.ballast_bytes.saturating_add(2 * self.quota_bytes),
            DiskStage::Lean => 2 * self.quota_bytes,
            DiskStage::NoRecordings => self.quota_bytes,
            DiskStage::NoCalls => self.quota_bytes / 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RoomRule;
    use messages::DiskStage;

    fn rule() -> RoomRule {
        RoomRule::new(2_000, 1_000)
    }

    #[test]
    fn things_are_given_up_in_their_order_and_come_back_in_the_other() {
        let mut rule = rule();
        let down = [
            (4_000, None),
            (3_999, Some(DiskStage::BallastFreed)),
            (2_000, None),
            (1_999, Some(DiskStage::Lean)),
            (999, Some(DiskStage::NoRecordings)),
            (249, Some(DiskStage::NoCalls)),
            (0, None),
        ];
        for (room, expected) in down {
            assert_eq!(rule.look(room), expected, "{room}");
        }
        let up = [
            (300, None),
            (312, Some(DiskStage::NoRecordings)),
            (1_200, None),
            (1_250, Some(DiskStage::Lean)),
            (2_400, None),
            (2_500, Some(DiskStage::BallastFreed)),
            (4_900, None),
            (5_000, Some(DiskStage::Ample)),
        ];
        for (room, expected) in up {
            assert_eq!(rule.look(room), expected, "{room}");
        }
    }

    #[test]
    fn a_disk_that_fills_at_once_skips_stages_and_so_does_one_that_is_emptied() {
        let mut rule = rule();
        assert_eq!(rule.look(0), Some(DiskStage::NoCalls));
        assert_eq!(rule.look(1_000_000), Some(DiskStage::Ample));
    }

    #[test]
    fn room_that_swings_about_a_border_changes_the_stage_once() {
        let mut rule = rule();
        let changes = (0..100).filter_map(|n| rule.look(990 + n % 20)).count();
        assert_eq!(changes, 1);
    }

    #[test]
    fn more_room_never_gives_a_worse_stage() {
        for from in DiskStage::ALL {
            let mut last = DiskStage::NoCalls;
            for room in (0..6_000).step_by(10) {
                let mut rule = rule();
                rule.stage = from;
                rule.look(room);
                assert!(rule.stage() <= last.max(from), "{from:?} {room}");
                last = rule.stage();
            }
        }
    }
}
