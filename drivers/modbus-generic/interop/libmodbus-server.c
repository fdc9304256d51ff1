/*
 * An instrument of another stack (libmodbus) for the driver's tests, on TCP or on a serial line.
 *
 *   libmodbus-server tcp <port>
 *   libmodbus-server rtu <tty>
 *
 * Unit 17. Input registers 0 to 3: 37.5 and 7.25, floats, high word first. Holding registers 0 and 1: a
 * setpoint, float; 20: how many of the next readings of input registers come 2 s late; 40: whatever is
 * written. Prints "ready" when it serves.
 */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNIT 17
#define LATE_REGISTER 20

static void answer(modbus_t *bus, modbus_mapping_t *map, const uint8_t *request, int length) {
  int function = request[modbus_get_header_length(bus)];
  if (function == MODBUS_FC_READ_INPUT_REGISTERS && map->tab_registers[LATE_REGISTER] > 0) {
    map->tab_registers[LATE_REGISTER]--;
    sleep(2);
  }
  modbus_reply(bus, request, length, map);
}

/* Until the client has gone; on a serial line for ever. */
static void serve(modbus_t *bus, modbus_mapping_t *map, int is_serial) {
  uint8_t request[MODBUS_RTU_MAX_ADU_LENGTH > MODBUS_TCP_MAX_ADU_LENGTH ? MODBUS_RTU_MAX_ADU_LENGTH
                                                                      : MODBUS_TCP_MAX_ADU_LENGTH];
  for (;;) {
    int length = modbus_receive(bus, request);
    if (length > 0) answer(bus, map, request, length);
    else if (length < 0 && !is_serial) return;
    else if (length < 0 && errno != EMBBADCRC && errno != ETIMEDOUT && errno != EAGAIN) return;
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  int is_serial = strcmp(arguments[1], "rtu") == 0;
  modbus_t *bus = is_serial ? modbus_new_rtu(arguments[2], 19200, 'N', 8, 1)
                            : modbus_new_tcp("127.0.0.1", atoi(arguments[2]));
  modbus_mapping_t *map = modbus_mapping_new(0, 0, 64, 8);
  if (bus == NULL || map == NULL) return 3;
  modbus_set_slave(bus, UNIT);
  /* IEEE 754 by hand: modbus_set_float_abcd of 3.1.6 swaps the bytes within each register. */
  map->tab_input_registers[0] = 0x4216; /* 37.5 */
  map->tab_input_registers[2] = 0x40e8; /* 7.25 */
  map->tab_registers[0] = 0x4214;       /* 37 */
  int listener = is_serial ? 0 : modbus_tcp_listen(bus, 4);
  if (listener < 0 || (is_serial && modbus_connect(bus) < 0)) {
    fprintf(stderr, "cannot serve at %s: %s\n", arguments[2], modbus_strerror(errno));
    return 4;
  }
  printf("ready\n");
  fflush(stdout);
  do {
    if (!is_serial && modbus_tcp_accept(bus, &listener) < 0) return 5;
    serve(bus, map, is_serial);
  } while (!is_serial);
  return 0;
}
