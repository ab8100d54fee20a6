/** The words seeded people and organizations are made of. */
export const FIRST_NAMES = `Ada Alan Barbara Grace Edsger Donald Margaret Katherine Dorothy Linus Dennis Ken Radia Frances Hedy Annie Jean
Karen Shafi Leslie Tony Niklaus John Marvin Claude Alonzo Kurt Emmy Sofia Mary Rosalind Chien Lise Maria Dmitri
Marie Niels Erwin Werner Paul Richard Enrico Subrahmanyan Srinivasa Satyendra Vikram Abdus Chandra Jocelyn Vera
Cecilia Henrietta Nancy Sally Mae Valentina Yuri Zoë José Łukasz Søren Chloé Björn Renée Amélie Noa Priya Anika
Ravi Mei Li Wei Haruto Yuki Sakura Kenji Amara Kwame Zainab Omar Layla Fatima Youssef Ingrid Astrid Lars Freja
Mateo Lucía Diego Camila Thiago Isabela Luca Giulia Matteo Chiara Hans Greta Otto Elke Piet Saskia Anneke Willem
Oisín Saoirse Niamh`
  .split(/\s+/);

export const LAST_NAMES = `Lovelace Turing Liskov Hopper Dijkstra Knuth Hamilton Johnson Vaughan Torvalds Ritchie Thompson Perlman Allen
Lamarr Easley Bartik Spärck Goldwasser Lamport Hoare Wirth McCarthy Minsky Shannon Church Gödel Noether
Kovalevskaya Somerville Franklin Wu Meitner Mayer Mendeleev Curie Bohr Schrödinger Heisenberg Dirac Feynman Fermi
Chandrasekhar Ramanujan Bose Sarabhai Salam Raman Bell Rubin Payne Leavitt Roman Ride Jemison Tereshkova Gagarin
Okafor Nakamura Tanaka Suzuki Kim Park Nguyen Tran Chen Wang Zhang Singh Patel Sharma Gupta Khan Hussain Mensah
Diallo Haddad Larsen Nilsson Virtanen Kowalski Novák Horvat Popescu Ivanova Petrov García Fernández Rossi Bianchi
Müller Schmidt Weber Janssen Visser Murphy Byrne Silva Santos Oliveira Dubois Lefèvre Moreau`.split(/\s+/);

export const CITIES = `Lisbon Porto Madrid Valencia Paris Lyon Berlin Hamburg Vienna Zürich Milan Rome Prague Warsaw Oslo Stockholm
Helsinki Copenhagen Amsterdam Rotterdam Dublin London Edinburgh Boston Austin Denver Seattle Toronto Montréal
Santiago Bogotá Nairobi Lagos Accra Cairo Mumbai Pune Singapore Osaka Sydney`.split(/\s+/);

export const MAIL_HOSTS = ["example.com", "example.org", "example.net", "mail.example.com", "team.example.org"];

export const DEPARTMENTS = ["engineering", "design", "research", "support", "finance", "operations", "sales", "legal"];

export const TITLES = ["Engineer", "Senior Engineer", "Designer", "Analyst", "Team Lead", "Director", "Specialist"];

export const PLANS = ["free", "starter", "pro", "business", "enterprise"];

export const LOCALES = ["en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "pt-PT", "it-IT", "nl-NL", "ja-JP", "pl-PL"];

export const ORGANIZATION_WORDS = [
  ["Northwind", "Bluebird", "Granite", "Lighthouse", "Copper", "Evergreen", "Harbor", "Summit", "Willow", "Meridian"],
  ["Labs", "Works", "Systems", "Foods", "Health", "Logistics", "Studio", "Energy", "Press", "Robotics"],
];
