//! The link task: carries the journal to the cloud over MQTT.
