//! Whose topic it is: a box publishes to `v1/u/{box}/…` and subscribes within `v1/d/{box}/#`, its own and no other's.
use super::reason::Reason;
use messages::{BoxId, lane::Lane};

/// The lane a box may publish to under this topic.
pub(super) fn publish_lane(box_id: &BoxId, topic: &str) -> Result<Lane, Reason> {
    let own = format!("v1/u/{box_id}/");
    if !topic.starts_with(&own) {
        return Err(Reason::NotAuthorized);
    }
    match Lane::of_topic(topic) {
        Some((_, lane)) => Ok(lane),
        None => Err(Reason::TopicNameInvalid),
    }
}

/// Is it a filter, and does it reach nothing but the box's own down topics?
pub(super) fn check_filter(box_id: &BoxId, filter: &str) -> Result<(), Reason> {
    if !is_filter(filter) {
        return Err(Reason::TopicFilterInvalid);
    }
    let own = format!("v1/d/{box_id}/");
    if filter.starts_with(&own) {
        Ok(())
    } else {
        Err(Reason::NotAuthorized)
    }
}

fn is_filter(filter: &str) -> bool {
    let last = filter.split('/').count();
    !filter.is_empty()
        && filter
            .split('/')
            .enumerate()
            .all(|(index, level)| match level {
                "+" => true,
                "#" => index + 1 == last,
                plain => !plain.contains(['+', '#']),
            })
}

/// Does the filter reach the topic (section 4.7)?
#[must_use]
pub(super) fn reaches(filter: &str, topic: &str) -> bool {
    let mut topic = topic.split('/');
    for level in filter.split('/') {
        match (level, topic.next()) {
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (plain, Some(name)) if plain == name => {}
            (_, Some(_) | None) => return false,
        }
    }
    topic.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{check_filter, publish_lane, reaches};
    use crate::mqtt::Reason;
    use messages::{BoxId, lane::Lane};

    #[test]
    fn a_box_publishes_to_its_own_lanes_only() {
        let own = BoxId::parse("sz-01").unwrap();
        let table = [
            ("v1/u/sz-01/facts", Ok(Lane::Facts)),
            ("v1/u/sz-01/state", Ok(Lane::State)),
            ("v1/u/sz-01/other", Err(Reason::TopicNameInvalid)),
            ("v1/u/sz-01/facts/x", Err(Reason::TopicNameInvalid)),
            ("v1/u/sz-011/facts", Err(Reason::NotAuthorized)),
            ("v1/u/sz-02/facts", Err(Reason::NotAuthorized)),
            ("v1/d/sz-01/ack", Err(Reason::NotAuthorized)),
            ("$SYS/x", Err(Reason::NotAuthorized)),
        ];
        for (topic, expected) in table {
            assert_eq!(publish_lane(&own, topic), expected, "{topic}");
        }
    }

    #[test]
    fn a_box_hears_its_own_topics_only() {
        let own = BoxId::parse("sz-01").unwrap();
        for good in ["v1/d/sz-01/#", "v1/d/sz-01/ack", "v1/d/sz-01/+"] {
            assert_eq!(check_filter(&own, good), Ok(()), "{good}");
        }
        for alien in [
            "#",
            "v1/#",
            "v1/d/#",
            "v1/d/+/ack",
            "v1/d/sz-02/ack",
            "v1/u/sz-01/#",
            "$share/g/v1/d/sz-01/#",
            "v1/d/sz-01",
        ] {
            assert_eq!(
                check_filter(&own, alien),
                Err(Reason::NotAuthorized),
                "{alien}"
            );
        }
        for bad in ["", "v1/d/sz-01/#/x", "v1/d/sz-01/a#", "v1/d/sz-01/a+"] {
            assert_eq!(
                check_filter(&own, bad),
                Err(Reason::TopicFilterInvalid),
                "{bad}"
            );
        }
        assert!(reaches("v1/d/sz-01/#", "v1/d/sz-01/ack"));
        assert!(reaches("v1/d/sz-01/+", "v1/d/sz-01/ack"));
        assert!(!reaches("v1/d/sz-01/+", "v1/d/sz-01/ack/x"));
        assert!(!reaches("v1/d/sz-01/ack", "v1/d/sz-01/welcome"));
    }
}
