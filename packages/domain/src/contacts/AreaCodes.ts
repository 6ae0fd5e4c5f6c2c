/**
 * The time zones of the area codes of the United States (NANPA's assignments). A code that spans zones names them all.
 * What is not listed here (toll-free, personal, newly assigned) may be anywhere in the country.
 */

const E = "America/New_York"
const C = "America/Chicago"
const M = "America/Denver"
const P = "America/Los_Angeles"

/** Every zone of the fifty states, of the strictest reading for who may be anywhere. */
export const unitedStates: ReadonlyArray<string> = [
  E,
  C,
  M,
  "America/Phoenix",
  P,
  "America/Anchorage",
  "America/Adak",
  "Pacific/Honolulu"
]

const codesByZones: ReadonlyArray<readonly [zones: ReadonlyArray<string>, codes: string]> = [
  [
    [E],
    "201 202 203 207 212 215 216 220 223 229 231 234 239 240 248 252 267 269 272 276 283 301 302 304 305 313 315 321 326 " +
      "329 330 332 336 339 347 351 352 380 386 401 404 407 410 412 413 419 423 434 436 440 443 445 448 463 470 471 472 475 " +
      "478 484 508 513 516 517 518 540 551 557 561 567 570 571 582 585 586 603 606 607 609 610 614 616 617 624 631 640 645 646 " +
      "656 667 678 679 680 681 686 689 703 704 706 716 717 718 724 726 727 728 729 732 734 740 743 754 757 762 765 769 " +
      "770 771 772 774 781 786 802 803 804 810 813 814 821 826 828 835 838 839 843 845 848 854 856 857 859 860 862 863 864 " +
      "865 878 901 904 908 910 912 914 917 919 929 934 937 941 943 947 948 954 959 973 978 980 984 989"
  ],
  [
    [C],
    "205 210 214 217 218 224 225 228 251 254 256 262 281 309 312 314 316 318 319 320 325 327 331 334 337 346 353 361 402 405 " +
      "409 414 417 430 432 447 464 469 479 501 504 507 512 515 531 534 539 557 563 572 573 580 601 608 612 615 618 629 630 " +
      "636 641 651 659 660 662 682 708 712 713 715 724 726 730 731 737 763 769 773 779 806 815 816 817 830 832 847 861 870 " +
      "872 901 903 913 918 920 925 931 936 938 940 945 952 956 972 975 979 985 986"
  ],
  [[M], "303 307 385 406 435 505 575 719 720 801 970 983"],
  [["America/Phoenix"], "480 520 602 623"],
  [["America/Phoenix", M], "928"],
  [
    [P],
    "206 209 213 253 279 310 323 341 350 360 408 415 424 425 442 503 509 510 530 559 562 564 619 626 628 650 657 661 669 702 " +
      "707 714 725 747 760 775 805 818 820 831 837 840 858 909 916 925 949 951 971"
  ],
  [["America/Anchorage", "America/Adak"], "907"],
  [["Pacific/Honolulu"], "808"],
  // Split between two zones.
  [[E, C], "219 270 364 574 812 906 930 850 423 931"],
  [[C, M], "308 605 620 701 785 915"],
  [[M, P], "208 541 458 986"],
  // Territories.
  [["America/Puerto_Rico"], "787 939 340"],
  [["Pacific/Guam"], "671 670"],
  [["Pacific/Pago_Pago"], "684"]
]

/** Zones by area code. A code that stands in two rows has the zones of both: the stricter reading. */
export const zones: ReadonlyMap<string, ReadonlyArray<string>> = codesByZones.reduce((known, [zonesOfCodes, codes]) => {
  for (const code of codes.split(" ")) known.set(code, [...new Set([...(known.get(code) ?? []), ...zonesOfCodes])])
  return known
}, new Map<string, ReadonlyArray<string>>())
