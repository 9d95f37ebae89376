/* SPDX-License-Identifier: BSD-2-Clause */
/* The NE2000 network card. */
#ifndef VMM_NE2K_H
#define VMM_NE2K_H

#include <stdbool.h>
#include <stdint.h>

#define NE2K_LINE	9

/* Is there a card?  Its address is `mac`. */
bool ne2k_find(uint8_t mac[6]);

/*
 * Frames go to `receive` from now on, by ne2k_irq() or ne2k_receive().  One
 * that it refuses stays in the card, and those behind it.
 */
void ne2k_start(bool (*receive)(const uint8_t *frame, uint32_t size));

/* Hands over what the card has received */
void ne2k_receive(void);

/* The card's interrupt */
void ne2k_irq(void);

/* size: up to 1514; shorter frames are padded */
void ne2k_send(const uint8_t *frame, uint32_t size);

#endif
