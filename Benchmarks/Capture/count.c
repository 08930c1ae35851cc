/* Counts the packets of a capture file and does nothing else: what reading through libpcap costs at the least. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int argc, char **argv) {
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *file = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (file == NULL) return 1;
    struct pcap_pkthdr *header;
    const u_char *bytes;
    unsigned long packets = 0;
    while (pcap_next_ex(file, &header, &bytes) == 1) packets++;
    printf("%lu\n", packets);
    pcap_close(file);
    return 0;
}
