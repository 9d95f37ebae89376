/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtio 1.2 between the VMM and a guest kernel, shared by both: transport,
 * split virtqueues, the devices' configuration and requests.  The prose is
 * docs/virtio.md; the source is the OASIS standard, whose sections are named.
 *
 * A device has the registers of virtio-mmio, read and written by hypercall.
 * All numbers are little-endian, as is the processor.
 */
#ifndef VMM_VIRTIO_H
#define VMM_VIRTIO_H

#include <stddef.h>
#include <stdint.h>

#include <vmm/guest.h>

#define VIRTIO_DEVICES_MAX	16
#define VIRTIO_QUEUE_MAX	256u	/* entries; VIRTIO_QUEUE_NUM_MAX says */

/* Bit of shared->pending: device N used a buffer, or its state changed */
#define VIRTIO_IRQ(device)	(1u << (VMM_IRQ_VIRTIO + (device)))

/* Registers (4.2.2) */
enum virtio_register {
	VIRTIO_MAGIC_VALUE		= 0x000,	/* read */
	VIRTIO_VERSION			= 0x004,	/* read */
	VIRTIO_DEVICE_ID		= 0x008,	/* read */
	VIRTIO_VENDOR_ID		= 0x00C,	/* read */
	VIRTIO_DEVICE_FEATURES		= 0x010,	/* read */
	VIRTIO_DEVICE_FEATURES_SEL	= 0x014,	/* write */
	VIRTIO_DRIVER_FEATURES		= 0x020,	/* write */
	VIRTIO_DRIVER_FEATURES_SEL	= 0x024,	/* write */
	VIRTIO_QUEUE_SEL		= 0x030,	/* write */
	VIRTIO_QUEUE_NUM_MAX		= 0x034,	/* read */
	VIRTIO_QUEUE_NUM		= 0x038,	/* write */
	VIRTIO_QUEUE_READY		= 0x044,	/* read, write */
	VIRTIO_QUEUE_NOTIFY		= 0x050,	/* write: queue */
	VIRTIO_INTERRUPT_STATUS		= 0x060,	/* read */
	VIRTIO_INTERRUPT_ACK		= 0x064,	/* write */
	VIRTIO_STATUS			= 0x070,	/* rw; 0: reset */
	/* write: */
	VIRTIO_QUEUE_DESC_LOW		= 0x080,
	VIRTIO_QUEUE_DESC_HIGH		= 0x084,
	VIRTIO_QUEUE_DRIVER_LOW		= 0x090,
	VIRTIO_QUEUE_DRIVER_HIGH	= 0x094,
	VIRTIO_QUEUE_DEVICE_LOW		= 0x0A0,
	VIRTIO_QUEUE_DEVICE_HIGH	= 0x0A4,
	VIRTIO_SHM_SEL			= 0x0AC,
	/* read: */
	VIRTIO_SHM_LEN_LOW		= 0x0B0,
	VIRTIO_SHM_LEN_HIGH		= 0x0B4,
	VIRTIO_SHM_BASE_LOW		= 0x0B8,
	VIRTIO_SHM_BASE_HIGH		= 0x0BC,
	VIRTIO_CONFIG_GENERATION	= 0x0FC,	/* read */
	VIRTIO_CONFIG			= 0x100,	/* 1, 2, 4 bytes */
};

#define VIRTIO_MAGIC		0x74726976u	/* "virt" */
#define VIRTIO_MMIO_VERSION	2
#define VIRTIO_VENDOR		0x50495050u	/* "PPIP" */

/* Interrupt status */
#define VIRTIO_INT_USED		1u	/* a buffer was used */
#define VIRTIO_INT_CONFIG	2u	/* configuration or status changed */

/* Device status (2.1) */
#define VIRTIO_S_ACKNOWLEDGE	0x01u
#define VIRTIO_S_DRIVER		0x02u
#define VIRTIO_S_DRIVER_OK	0x04u
#define VIRTIO_S_FEATURES_OK	0x08u
#define VIRTIO_S_NEEDS_RESET	0x40u
#define VIRTIO_S_FAILED		0x80u

/* Feature bits of every device (6) */
#define VIRTIO_F_INDIRECT_DESC	28
#define VIRTIO_F_EVENT_IDX	29
#define VIRTIO_F_VERSION_1	32

/* Device types (5) */
enum virtio_device_id {
	VIRTIO_ID_NONE,
	VIRTIO_ID_NET,
	VIRTIO_ID_BLOCK,
	VIRTIO_ID_CONSOLE,
	VIRTIO_ID_ENTROPY,
	VIRTIO_ID_BALLOON,
	VIRTIO_ID_WATCHDOG = 35,	/* reserved; what it does is ours */
};

/* Split virtqueues (2.7) */
#define VIRTQ_DESC_F_NEXT	1u
#define VIRTQ_DESC_F_WRITE	2u	/* the device writes */
#define VIRTQ_DESC_F_INDIRECT	4u
#define VIRTQ_AVAIL_F_NO_INTERRUPT	1u
#define VIRTQ_USED_F_NO_NOTIFY		1u

struct virtq_desc {
	uint64_t addr;		/* guest address */
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/* With EVENT_IDX, ring[size] is used_event: interrupt me at this index */
struct virtq_avail {
	uint16_t flags;
	uint16_t idx;
	uint16_t ring[];
};

struct virtq_used_elem {
	uint32_t id;		/* head of the chain */
	uint32_t len;		/* bytes written into it */
};

/* With EVENT_IDX, the uint16_t behind the last element is avail_event */
struct virtq_used {
	uint16_t flags;
	uint16_t idx;
	struct virtq_used_elem ring[];
};

/* Bytes and alignment of the three areas of a queue of `n` entries */
#define VIRTQ_DESC_SIZE(n)	(16u * (n))
#define VIRTQ_AVAIL_SIZE(n)	(6u + 2u * (n))
#define VIRTQ_USED_SIZE(n)	(6u + 8u * (n))
#define VIRTQ_DESC_ALIGN	16u
#define VIRTQ_AVAIL_ALIGN	2u
#define VIRTQ_USED_ALIGN	4u

/*
 * When one side counted on from `before` to `now`, has it passed the index
 * `event` at which the other wants to hear of it (2.7.10)?
 */
static inline int virtq_need_event(uint16_t event, uint16_t now,
		uint16_t before)
{
	return (uint16_t)(now - event - 1) < (uint16_t)(now - before);
}

/* Network (5.1): queue 0 receives, 1 transmits */
#define VIRTIO_NET_F_MAC	5
#define VIRTIO_NET_F_STATUS	16
#define VIRTIO_NET_S_LINK_UP	1u
#define VIRTIO_NET_RX		0u
#define VIRTIO_NET_TX		1u
#define VIRTIO_NET_FRAME_MAX	1514u	/* without header and checksum */

struct virtio_net_config {
	uint8_t mac[6];
	uint16_t status;
};

struct virtio_net_hdr {
	uint8_t flags;
	uint8_t gso_type;
	uint16_t hdr_len;
	uint16_t gso_size;
	uint16_t csum_start;
	uint16_t csum_offset;
	uint16_t num_buffers;
};

/* Block (5.2): queue 0 */
#define VIRTIO_BLK_F_SEG_MAX	2
#define VIRTIO_BLK_F_RO		5
#define VIRTIO_BLK_F_BLK_SIZE	6
#define VIRTIO_BLK_F_FLUSH	9
#define VIRTIO_BLK_SECTOR	512u
#define VIRTIO_BLK_ID_SIZE	20u

enum virtio_blk_type {
	VIRTIO_BLK_T_IN		= 0,
	VIRTIO_BLK_T_OUT	= 1,
	VIRTIO_BLK_T_FLUSH	= 4,
	VIRTIO_BLK_T_GET_ID	= 8,
};

enum virtio_blk_status {
	VIRTIO_BLK_S_OK,
	VIRTIO_BLK_S_IOERR,
	VIRTIO_BLK_S_UNSUPP,
};

struct virtio_blk_config {
	uint64_t capacity;	/* sectors */
	uint32_t size_max;
	uint32_t seg_max;
	uint16_t cylinders;
	uint8_t heads;
	uint8_t sectors;
	uint32_t blk_size;
};

/* Begins a request; the data and one byte of status follow */
struct virtio_blk_req {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector;
};

/*
 * Console (5.3): queue 0 receives, 1 transmits.  With MULTIPORT those are of
 * port 0, 2 and 3 are for control, and port n has 2n + 2 and 2n + 3.
 */
#define VIRTIO_CONSOLE_F_MULTIPORT	1
#define VIRTIO_CONSOLE_F_EMERG_WRITE	2
#define VIRTIO_CONSOLE_RX	0u
#define VIRTIO_CONSOLE_TX	1u
#define VIRTIO_CONSOLE_CONTROL_RX	2u
#define VIRTIO_CONSOLE_CONTROL_TX	3u

struct virtio_console_config {
	uint16_t cols;
	uint16_t rows;
	uint32_t max_nr_ports;
	uint32_t emerg_wr;	/* written: one byte for the console */
};

enum virtio_console_event {
	VIRTIO_CONSOLE_DEVICE_READY,	/* driver: 1, tell me of the ports */
	VIRTIO_CONSOLE_DEVICE_ADD,	/* device: there is a port */
	VIRTIO_CONSOLE_DEVICE_REMOVE,
	VIRTIO_CONSOLE_PORT_READY,	/* driver: 1, it is known */
	VIRTIO_CONSOLE_CONSOLE_PORT,	/* device: it is a terminal */
	VIRTIO_CONSOLE_RESIZE,
	VIRTIO_CONSOLE_PORT_OPEN,	/* both: 1 open, 0 closed */
	VIRTIO_CONSOLE_PORT_NAME,	/* device: the name follows */
};

/* A control message */
struct virtio_console_control {
	uint32_t id;		/* port */
	uint16_t event;
	uint16_t value;
};

/* Memory balloon (5.5): queue 0 inflates, 1 deflates; pages of 4 KiB */
#define VIRTIO_BALLOON_F_MUST_TELL_HOST	0
#define VIRTIO_BALLOON_INFLATE	0u
#define VIRTIO_BALLOON_DEFLATE	1u

struct virtio_balloon_config {
	uint32_t num_pages;	/* the VMM asks for */
	uint32_t actual;	/* the driver writes: what it gave */
};

/* Watchdog (ours): no queue */
struct virtio_watchdog_config {
	uint32_t timeout_ms;	/* written: arms; 0 disarms */
	uint32_t ping;		/* written, whatever: starts the time anew */
	uint32_t left_ms;	/* read-only */
};

_Static_assert(sizeof(struct virtq_desc) == 16, "virtq_desc");
_Static_assert(sizeof(struct virtq_used_elem) == 8, "virtq_used_elem");
_Static_assert(offsetof(struct virtq_avail, ring) == 4, "virtq_avail");
_Static_assert(offsetof(struct virtq_used, ring) == 4, "virtq_used");
_Static_assert(sizeof(struct virtio_net_config) == 8, "net config");
_Static_assert(sizeof(struct virtio_net_hdr) == 12, "net header");
_Static_assert(offsetof(struct virtio_blk_config, blk_size) == 20,
	"block config");
_Static_assert(sizeof(struct virtio_blk_req) == 16, "block request");
_Static_assert(sizeof(struct virtio_console_control) == 8,
	"console control");
_Static_assert(offsetof(struct virtio_console_config, emerg_wr) == 8,
	"console config");

#endif
