// libpcap. The macros of if_packet.h that Swift needs come with it through pcap's own headers.
#include <pcap/pcap.h>
#include <pcap/sll.h>
