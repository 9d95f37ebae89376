/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network device (virtio 1.2, 5.1): eth0 and so on.
 *
 * Received frames are handed up by kworker, BATCH at a time; meanwhile no
 * interrupts are asked for.  The device sends while it is notified, so sent
 * buffers are collected when the next frame is to be sent.
 */
#include "virtio.h"
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <pipux/netdev.h>
#include <pipux/random.h>
#include <pipux/work.h>

#define RX_BUFFERS	64u
#define TX_BUFFERS	32u
#define BATCH		64u
#define QUEUE_LEN	1000u		/* as Linux shows it */

/* 2 KiB, which a buffer of kmalloc has without crossing a page */
struct buffer {
	struct buffer *next;
	struct virtq_desc desc[1];
	struct virtio_net_hdr header;
	uint8_t frame[VIRTIO_NET_FRAME_MAX];
};
_Static_assert(sizeof(struct buffer) <= 2048, "struct buffer");

struct card {
	struct netdev net;
	struct virtio_device *dev;
	struct virtqueue *rx, *tx;
	struct buffer *free;		/* to send with */
	unsigned nr_rx, nr_tx;		/* buffers that exist */
	struct work receive, link;
};

static struct card *card_of(struct netdev *net)
{
	return container_of(net, struct card, net);
}

static int rx_add(struct card *card, struct buffer *b)
{
	virtq_set(b->desc, &b->header,
		sizeof(b->header) + sizeof(b->frame), true);
	return virtqueue_add(card->rx, b->desc, 1, b);
}

/* Frames for the buffers that have come back; true: there may be more */
static bool rx_batch(struct card *card)
{
	struct buffer *b;
	unsigned n = 0;
	uint32_t len;

	while (n < BATCH && (b = virtqueue_get(card->rx, &len))) {
		n++;
		if (len > sizeof(b->header) + sizeof(b->frame)
				|| len < sizeof(b->header))
			card->net.stats.rx_errors++;
		else
			netdev_receive(&card->net, b->frame,
				len - sizeof(b->header));
		(void)rx_add(card, b);
	}
	virtqueue_notify(card->rx);
	return n == BATCH;
}

static void receive_work(struct work *w)
{
	struct card *card = container_of(w, struct card, receive);

	if (rx_batch(card) || virtqueue_interrupts(card->rx, true)) {
		(void)virtqueue_interrupts(card->rx, false);
		work_schedule(w);
	}
}

static void rx_interrupt(struct virtqueue *vq)
{
	struct card *card = vq->dev->priv;

	(void)virtqueue_interrupts(vq, false);
	work_schedule(&card->receive);
}

static void tx_reap(struct card *card)
{
	struct buffer *b;
	uint32_t len;

	while ((b = virtqueue_get(card->tx, &len))) {
		b->next = card->free;
		card->free = b;
	}
}

static void tx_interrupt(struct virtqueue *vq)
{
	struct card *card = vq->dev->priv;

	(void)virtqueue_interrupts(vq, false);
	tx_reap(card);
	wake_up(&card->net.writable);
}

/* NULL: all are under way, or there is no memory; then an interrupt tells */
static struct buffer *tx_buffer(struct card *card)
{
	struct buffer *b;

	tx_reap(card);
	if (!card->free && virtqueue_interrupts(card->tx, card->nr_tx))
		tx_reap(card);
	b = card->free;
	if (b) {
		card->free = b->next;
	} else if (card->nr_tx < TX_BUFFERS) {
		b = kzalloc(sizeof(*b));
		card->nr_tx += b != NULL;
	}
	return b;
}

static int net_transmit(struct netdev *net, const struct net_piece *pieces,
		unsigned n, size_t len)
{
	struct card *card = card_of(net);
	struct buffer *b;
	uint8_t *p;

	if (card->dev->broken)
		return -EIO;
	b = tx_buffer(card);
	if (!b)
		return -ENOBUFS;
	p = b->frame;
	for (unsigned i = 0; i < n; i++) {
		memcpy(p, pieces[i].data, pieces[i].len);
		p += pieces[i].len;
	}
	virtq_set(b->desc, &b->header, sizeof(b->header) + len, false);
	/* The queue has a descriptor for each buffer */
	(void)virtqueue_add(card->tx, b->desc, 1, b);
	virtqueue_notify(card->tx);
	return 0;
}

/* The buffers stay with the device while the interface is down */
static int net_open(struct netdev *net)
{
	struct card *card = card_of(net);

	if (card->dev->broken)
		return -EIO;
	for (; card->nr_rx < RX_BUFFERS; card->nr_rx++) {
		struct buffer *b = kzalloc(sizeof(*b));

		if (!b && !card->nr_rx)
			return -ENOMEM;
		if (!b)
			break;
		(void)rx_add(card, b);
	}
	virtqueue_notify(card->rx);
	return 0;
}

static const struct netdev_ops net_ops = {
	.open = net_open,
	.transmit = net_transmit,
};

static bool link_up(struct virtio_device *dev)
{
	if (dev->broken)
		return false;
	return !virtio_has(dev, VIRTIO_NET_F_STATUS)
		|| VIRTIO_FIELD(dev, virtio_net_config, status)
		& VIRTIO_NET_S_LINK_UP;
}

static void link_work(struct work *w)
{
	struct card *card = container_of(w, struct card, link);

	netdev_carrier(&card->net, link_up(card->dev));
}

static void net_changed(struct virtio_device *dev)
{
	struct card *card = dev->priv;

	work_schedule(&card->link);
}

/* Without an address of its own it gets one that is locally administered */
static void read_mac(struct virtio_device *dev, uint8_t *mac)
{
	if (virtio_has(dev, VIRTIO_NET_F_MAC)) {
		for (uint32_t i = 0; i < MAC_SIZE; i++)
			mac[i] = virtio_config(dev, i, 1);
		return;
	}
	random_bytes(mac, MAC_SIZE);
	mac[0] = (mac[0] & ~1u) | 2;
}

static void describe(struct card *card, struct virtio_device *dev)
{
	struct netdev *net = &card->net;

	strlcpy(net->name, "eth%", sizeof(net->name));
	net->type = ARPHRD_ETHER;
	read_mac(dev, net->mac);
	memset(net->broadcast, 0xFF, MAC_SIZE);
	net->mtu = net->mtu_max = ETH_DATA_LEN;
	net->mtu_min = ETH_MIN_MTU;
	net->flags = IFF_BROADCAST | IFF_MULTICAST;
	net->tx_queue_len = QUEUE_LEN;
	net->carrier = link_up(dev);
	net->ops = &net_ops;
}

static int card_start(struct card *card, struct virtio_device *dev)
{
	card->dev = dev;
	dev->priv = card;
	card->receive = (struct work)WORK_INIT(card->receive, receive_work);
	card->link = (struct work)WORK_INIT(card->link, link_work);
	card->rx = virtqueue_new(dev, VIRTIO_NET_RX, RX_BUFFERS, rx_interrupt);
	card->tx = virtqueue_new(dev, VIRTIO_NET_TX, TX_BUFFERS, tx_interrupt);
	if (!card->rx || !card->tx)
		return -ENOMEM;
	if (card->rx->size < RX_BUFFERS || card->tx->size < TX_BUFFERS)
		return -EINVAL;
	(void)virtqueue_interrupts(card->tx, false);
	describe(card, dev);
	virtio_go(dev);
	return netdev_register(&card->net);
}

static int net_probe(struct virtio_device *dev)
{
	struct card *card = kzalloc(sizeof(*card));
	int rc = card ? card_start(card, dev) : -ENOMEM;

	if (rc)
		kfree(card);
	return rc;
}

const struct virtio_driver virtio_net_driver = {
	.id = VIRTIO_ID_NET,
	.name = "net",
	.features = 1u << VIRTIO_NET_F_MAC | 1u << VIRTIO_NET_F_STATUS,
	.probe = net_probe,
	.changed = net_changed,
};
